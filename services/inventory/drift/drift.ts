/**
 * Where a provider reports a SIM otherwise than it has confirmed it (product.md §5): what counts as a difference, and
 * what either decision about it makes of the services. Pure. Nothing here but a decision moves what is wanted or
 * confirmed.
 */
import type { Configuration } from '@simlane/contracts/service-options';
import { differs, putInForce } from '../sim-services/service-call.ts';
import type { ServedSim } from '../sim-services/services-owed.ts';
import { deviate, type ProfileContent, type Refusal, type SimServices } from '../sim-services/sim-services.ts';

/** What a provider says is in force. An option that it does not name, and a plan that is null, say nothing. */
export interface Reported {
  readonly options: Configuration;
  readonly plan: string | null;
}

export interface Difference {
  /** As last confirmed. */
  readonly ours: string;
  readonly theirs: string;
  /** Since when both have been seen to differ, whatever the values. */
  readonly since: Date;
  /** The version of the proposal that brought these values. */
  readonly version: number;
}

export interface Drift {
  readonly options: Readonly<Record<string, Difference>>;
  readonly plan: Difference | null;
}

export const NO_DRIFT: Drift = { options: {}, plan: null };

export const isDrift = ({ options, plan }: Drift): boolean => plan !== null || Object.keys(options).length > 0;

/**
 * Whether what the provider reports says anything about the services: not while something is on the way, nor where other
 * means manage the SIM.
 */
export const isComparable = (services: SimServices, { iccid, isInUse }: ServedSim, now: Date): boolean =>
  isInUse && iccid !== null && isOurs(services) && services.call === null && !differs(services, now);

const isOurs = ({ profile, deviation }: SimServices): boolean => profile !== null && deviation?.kind !== 'api_managed';

/**
 * What differs between what is confirmed and what is reported, of what the profile has. What was never confirmed is not
 * compared, so a refused option is none by itself; a plan that the provider itself puts in force on a date is on the way.
 *
 * @param before what the open proposal says; NO_DRIFT where there is none
 */
export const driftIn = (
  services: SimServices,
  reported: Reported,
  { before, version, now }: { readonly before: Drift; readonly version: number; readonly now: Date },
): Drift => {
  const { profile, confirmed, arranged } = services;
  if (profile === null) return NO_DRIFT;
  const seen = (ours: string | null, theirs: string | null, known: Difference | null): Difference | null => {
    if (ours === null || theirs === null || ours === theirs) return null;
    if (known?.ours === ours && known.theirs === theirs) return known;
    return { ours, theirs, since: known?.since ?? now, version };
  };
  const options = Object.keys(profile.options).flatMap((code) => {
    const found = seen(own(confirmed.options, code), own(reported.options, code), own(before.options, code));
    return found === null ? [] : [[code, found] as const];
  });
  const isArranged = arranged !== null && arranged.plan === reported.plan;
  return {
    options: Object.fromEntries(options),
    plan: isArranged ? null : seen(confirmed.plan, reported.plan, before.plan),
  };
};

/** Codes come from outside: what every object inherits is no value. */
const own = <T>(record: Readonly<Record<string, T>>, code: string): T | null =>
  Object.hasOwn(record, code) ? (record[code] ?? null) : null;

/**
 * What is left of a drift when the services have changed: what the provider has confirmed since is as it says, and what
 * the SIM has no longer, or is managed by other means, is no difference. The same drift where nothing is gone.
 */
export const driftLeft = (drift: Drift, services: SimServices, isInUse: boolean): Drift => {
  if (!isInUse || !isOurs(services)) return NO_DRIFT;
  const { profile, confirmed } = services;
  const left = Object.entries(drift.options).filter(
    ([code, { ours }]) => own(confirmed.options, code) === ours && Object.hasOwn(profile?.options ?? {}, code),
  );
  const plan = drift.plan?.ours === confirmed.plan ? drift.plan : null;
  const isSame = left.length === Object.keys(drift.options).length && plan === drift.plan;
  return isSame ? drift : { options: Object.fromEntries(left), plan };
};

/** Since when something differs. */
export const driftingSince = ({ options, plan }: Drift): Date => {
  const times = [...Object.values(options), ...(plan === null ? [] : [plan])].map(({ since }) => since.getTime());
  return new Date(Math.min(...times));
};

export const isSameDrift = (one: Drift, other: Drift): boolean =>
  Object.keys(one.options).length === Object.keys(other.options).length &&
  isSameDifference(one.plan, other.plan) &&
  Object.entries(one.options).every(([code, difference]) => isSameDifference(difference, own(other.options, code)));

const isSameDifference = (one: Difference | null, other: Difference | null): boolean =>
  one?.ours === other?.ours && one?.theirs === other?.theirs;

/**
 * Theirs counts: it is what is confirmed, and what is wanted. Options make a deviation, of kind `found`; with the values
 * of the profile they end one. A plan is in force, and whether the profile's is another is shown.
 *
 * @param profile the SIM's own, in its newest version
 */
export const takeTheirs = (
  services: SimServices,
  drift: Drift,
  { profile, reason, by, now }: { profile: ProfileContent; reason: string; by: string; now: Date },
): SimServices | Refusal => {
  const known = acknowledge(services, drift);
  const found = theirOptions(drift);
  const taken = drift.plan === null ? known : takePlan(services, known, drift.plan.theirs);
  if (Object.keys(found).length === 0) return taken;
  return deviate(taken, profile, { options: found, kind: 'found', reason, by, expiresAt: null }, now);
};

/** Where nothing else was wanted at once, it is wanted as it is; what was scheduled and is so by now is scheduled no more. */
const takePlan = (before: SimServices, known: SimServices, plan: string): SimServices => {
  const wanted = before.plan === before.confirmed.plan ? plan : before.plan;
  const scheduled = known.scheduled?.plan === plan ? null : known.scheduled;
  return putInForce({ ...known, plan: wanted, scheduled }, plan);
};

/**
 * Ours counts: what the provider has is known, so what is wanted differs from it, and is sent anew by the way of every
 * other difference.
 */
export const pushOurs = (services: SimServices, drift: Drift): SimServices => acknowledge(services, drift);

/** What the provider has is known; what was refused of it is no answer to what is asked from here on. */
const acknowledge = (services: SimServices, drift: Drift): SimServices => {
  const { confirmed, failed } = services;
  const options = { ...confirmed.options, ...theirOptions(drift) };
  const others = Object.entries(failed.options).filter(([code]) => !Object.hasOwn(drift.options, code));
  const isRefused = drift.plan !== null && failed.plan?.value === services.plan;
  return {
    ...services,
    confirmed: { options, plan: drift.plan?.theirs ?? confirmed.plan },
    failed: { options: Object.fromEntries(others), plan: isRefused ? null : failed.plan },
  };
};

export const theirOptions = ({ options }: Drift): Configuration =>
  Object.fromEntries(Object.entries(options).map(([code, { theirs }]) => [code, theirs]));
