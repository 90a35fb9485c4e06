/** Facts of an order as the rules see them: what is decided, what is owed, what an identifier adds. */
import {
  type Decided,
  decidedBy,
  type Disposition,
  type FactKind,
  type Identifiers,
  isActionableFact,
  isProviderWord,
} from '@simlane/contracts/facts';
import { readIccid } from '@simlane/contracts/iccid';
import type { FactApplied } from '@simlane/contracts/sim-replacement';
import type { TimelineSource } from '@simlane/contracts/http/timeline';

export interface StoredFact {
  readonly id: string;
  readonly number: number;
  readonly kind: FactKind;
  readonly source: TimelineSource;
  readonly actorId: string | null;
  readonly causeId: string | null;
  readonly reason: string | null;
  readonly disposition: Disposition;
  readonly fillsIn: boolean;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly carriedOutAt: Date | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly activationCodeFingerprint: string | null;
}

/** What the applied facts have decided; undefined before the confirmation. */
export const decidedSoFar = (facts: readonly StoredFact[]): Decided | undefined =>
  decidedBy(facts.filter(({ disposition }) => disposition === 'applied').map(({ kind }) => kind));

/** Applied facts that the workflow has to carry out, in the order of their intake; the submission has a step of its own. */
export const pendingFacts = (facts: readonly StoredFact[]): FactApplied[] =>
  facts.flatMap(({ id, kind, disposition, carriedOutAt }) =>
    disposition === 'applied' && carriedOutAt === null && kind !== 'confirmed' && isActionableFact(kind)
      ? [{ factId: id, kind }]
      : [],
  );

/** The fact that decided last, if anything has been decided since the confirmation. */
export const lastDecision = (facts: readonly StoredFact[]): StoredFact | undefined =>
  facts.findLast(({ kind, disposition }) => disposition === 'applied' && isProviderWord(kind));

/** Words that change nothing but bring an identifier which has not been passed on yet. */
export const pendingFillIns = (facts: readonly StoredFact[]): StoredFact[] =>
  facts.filter(({ fillsIn, carriedOutAt }) => fillsIn && carriedOutAt === null);

/** The facts as they are once this one is carried out, for what is owed then. Effects are recorded and owe nothing. */
export const withCarriedOut = (facts: readonly StoredFact[], factId: string, carriedOutAt: Date): StoredFact[] =>
  facts.map((fact) => (fact.id === factId ? { ...fact, carriedOutAt } : fact));

/** What a provider says to identify the new eSIM. */
export interface SaidIdentifiers {
  readonly iccid: string | null;
  readonly eid: string | null;
  /** Of the activation code, under every key in use; none without a code. */
  readonly activationCodeFingerprints: readonly string[];
}

/** Identifiers as a fact keeps them; a malformed ICCID is kept as it came and counts as missing. */
export const identifiersOf = ({ data, activationCodeFingerprint }: StoredFact): SaidIdentifiers => ({
  iccid: textOrNull(data.iccid),
  eid: textOrNull(data.eid),
  activationCodeFingerprints: activationCodeFingerprint === null ? [] : [activationCodeFingerprint],
});

/** What was said before and could not be used. */
export type Unusable = 'iccid' | 'activationCode';

/**
 * How what the provider says now compares with what it has said of this eSIM before, in words that had an effect: what
 * came with a stale or conflicting one was never passed on. With and without the padding `F` an ICCID is the same; a
 * malformed one says nothing.
 *
 * @param unusable what can be filled in although it was said: the eSIM serves the line without an ICCID, or its
 *   activation code was refused
 */
export const compareIdentifiers = (
  facts: readonly StoredFact[],
  said: SaidIdentifiers,
  unusable: readonly Unusable[] = [],
): Identifiers => {
  const before = facts
    .filter(({ kind, disposition, fillsIn }) => isProviderWord(kind) && (disposition === 'applied' || fillsIn))
    .map((fact) => comparableValues(identifiersOf(fact)))
    .map((values) => ({ ...values, ...Object.fromEntries(unusable.map((name) => [name, []])) }));
  const news = Object.entries(comparableValues(said)).map(([name, now]): Identifiers => {
    // What was said last is what counts: a word that falls back to an earlier one says something different.
    const known = before.map((values) => values[name as keyof typeof values]).findLast((values) => values.length > 0);
    if (now.length === 0 || now.some((value) => known?.includes(value))) return 'nothing_new';
    return known === undefined ? 'missing' : 'different';
  });
  if (news.includes('different')) return 'different';
  return news.includes('missing') ? 'missing' : 'nothing_new';
};

const comparableValues = ({ iccid, eid, activationCodeFingerprints }: SaidIdentifiers) => {
  const reading = iccid === null ? undefined : readIccid(iccid);
  return {
    iccid: reading?.ok ? [reading.iccid] : [],
    eid: eid === null ? [] : [eid],
    activationCode: activationCodeFingerprints,
  };
};

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
