/** What a rollout would change, from what its SIMs have in common. Pure. */
import type { RolloutPreview } from '@simlane/contracts/http/rollout-preview';
import type { Configuration } from '@simlane/contracts/service-options';
import { nextBillingMonth } from '../sim-services/billing-month.ts';
import type { Billing } from '../sim-services/sim-services.ts';
import type { OwnOptions, TallyRow } from './rollout-tally.repository.ts';

/** What SIMs have that are alike, and what they are to have. */
export interface OptionsMoved {
  readonly from: Configuration;
  readonly to: Configuration;
  readonly sims: number;
}

/** What each option changes, of how many SIMs. */
export const optionsMoved = (moved: readonly OptionsMoved[]): RolloutPreview['options'] => {
  const changes = moved.flatMap(({ from, to, sims }) =>
    Object.entries(to)
      .filter(([option, value]) => from[option] !== value)
      .map(([option, value]) => ({ option, to: value, from: from[option] ?? null, sims })),
  );
  return [...groupedBy(changes, ({ option, to }) => JSON.stringify([option, to])).values()]
    .map((alike) => ({
      option: alike[0].option,
      to: alike[0].to,
      sims: sumOf(alike),
      from: [...groupedBy(alike, ({ from }) => JSON.stringify(from)).values()].map((same) => ({
        value: same[0].from,
        sims: sumOf(same),
      })),
    }))
    .toSorted((one, other) => (one.option < other.option ? -1 : 1));
};

type NonEmpty<T> = [T, ...T[]];

const groupedBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, NonEmpty<T>> => {
  const groups = new Map<string, NonEmpty<T>>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};

const sumOf = (items: readonly { readonly sims: number }[]): number => items.reduce((sum, { sims }) => sum + sims, 0);

export const countOf = (rows: readonly TallyRow[], which: (row: TallyRow) => boolean = () => true): number =>
  sumOf(rows.filter(which));

/** Which SIMs they are, as {@link TallyRow.members} has it of those that are alike. */
export const membersIn = (rows: readonly TallyRow[]): string =>
  rows.reduce((all, { members }) => all ^ BigInt(members), 0n).toString();

/** The profile that a SIM follows in the version that it has: what its options are, where it does not deviate. */
export type VersionKey = `${string} ${number}`;
export const versionKey = (profileId: string, version: number): VersionKey => `${profileId} ${version}`;

/**
 * What SIMs of each kind have and are to have.
 *
 * @param held what each version holds that is followed
 * @param own of those that deviate
 * @param toOf what the SIMs of a profile, or of none, are to have
 */
export const movedOptions = (
  rows: readonly TallyRow[],
  {
    held,
    own,
    toOf,
  }: {
    readonly held: ReadonlyMap<VersionKey, Configuration>;
    readonly own: readonly OwnOptions[];
    readonly toOf: (profileId: string | null) => Configuration | undefined;
  },
): OptionsMoved[] => [
  ...rows
    .filter(({ deviates }) => !deviates)
    .flatMap(({ profileId, profileVersion, sims }) => {
      const to = toOf(profileId);
      const from = profileId === null || profileVersion === null ? {} : held.get(versionKey(profileId, profileVersion));
      return to === undefined || from === undefined ? [] : [{ from, to, sims }];
    }),
  ...own.flatMap(({ profileId, options, sims }) => {
    const to = toOf(profileId);
    return to === undefined ? [] : [{ from: options, to, sims }];
  }),
];

/** The rate plan that some get from their provider's next billing month on; null where all have it, or get it at once. */
export const laterPlan = (
  rows: readonly TallyRow[],
  { plan, billing, now }: { readonly plan: string; readonly billing: Billing; readonly now: Date },
): RolloutPreview['later'] => {
  const sims = countOf(rows, ({ confirmedPlan }) => confirmedPlan !== null && confirmedPlan !== plan);
  if (sims === 0) return null;
  const { at, firstDay } = nextBillingMonth(now, billing.zone);
  return { ratePlan: plan, at: at.toISOString(), effectiveOn: firstDay, zone: billing.zone, how: billing.how, sims };
};

/** Why the provider can be told of some only later. */
export const waitReasons = (rows: readonly TallyRow[]): RolloutPreview['cannotChangeNow']['reasons'] =>
  [
    { reason: 'iccid_missing' as const, sims: rows.reduce((sum, { withoutIccid }) => sum + withoutIccid, 0) },
    { reason: 'call_open' as const, sims: rows.reduce((sum, { withOpenCall }) => sum + withOpenCall, 0) },
  ].filter(({ sims }) => sims > 0);
