/** What the services of a SIM are owed, and when: by the workflow, and by the loop that wakes it. Pure. */
import type { SimServicesClaim } from '@simlane/contracts/http/sim-services-internal';
import { differs } from './service-call.ts';
import type { SimServices } from './sim-services.ts';

/** The SIM, as far as it decides whether anything can be sent. */
export interface ServedSim {
  readonly iccid: string | null;
  readonly isInUse: boolean;
}

/** The workflow asks by itself for an answer that does not come; what has not moved so long after has lost its run. */
export const OVERDUE_AFTER_MS = 15 * 60 * 1000;
/** A call that waits for its answer is looked at daily: should its workflow be gone, this starts it again. */
const CHECK_MS = 24 * 60 * 60 * 1000;

export const claimOf = (services: SimServices, sim: ServedSim, now: Date): SimServicesClaim => {
  const next = nextTurn(services, sim);
  return { owed: owedNow(services, sim, now), owedAt: next === null ? null : next.toISOString() };
};

const owedNow = (services: SimServices, { iccid, isInUse }: ServedSim, now: Date): SimServicesClaim['owed'] => {
  if (!isInUse || iccid === null) return null;
  if (services.call !== null) return 'answer';
  return differs(services, now) ? 'call' : null;
};

/** When the services change by themselves: a plan is due, a deviation ends. */
const nextTurn = ({ scheduled, deviation }: SimServices, { isInUse }: ServedSim): Date | null => {
  const turns = [scheduled?.at, deviation?.expiresAt]
    .filter((at) => at != null)
    .toSorted((a, b) => a.getTime() - b.getTime());
  return isInUse ? (turns[0] ?? null) : null;
};

/**
 * When the due loop is to look at the SIM; null: never, unless something changes. A plan is not among it: those that
 * are due together are turned together.
 *
 * @param lookAt when to look at what is owed now, where whoever changes the services knows that better
 */
export const servicesDueAt = (
  services: SimServices,
  sim: ServedSim,
  { now, lookAt }: { readonly now: Date; readonly lookAt?: Date | undefined },
): Date | null => {
  const owed = owedNow(services, sim, now);
  if (owed === 'call' && lookAt === undefined) return now;
  const turn = sim.isInUse ? (services.deviation?.expiresAt ?? null) : null;
  const look = owed === null ? null : (lookAt ?? lookForAnswer(services.call?.openedAt ?? now, now));
  if (turn === null || look === null) return turn ?? look;
  return turn < look ? turn : look;
};

/**
 * Whoever moves many SIMs sends their calls himself; the loop does not race him, and comes for what he has left. A
 * provider may take 15 s for one of them.
 */
const SENT_TOGETHER_WITHIN_MS = 30_000;

/** When to look at SIMs whose calls are sent together. */
export const afterSentTogether = (now: Date): Date => new Date(now.getTime() + SENT_TOGETHER_WITHIN_MS);

const lookForAnswer = (openedAt: Date, now: Date): Date => {
  const overdue = openedAt.getTime() + OVERDUE_AFTER_MS;
  return new Date(overdue > now.getTime() ? overdue : now.getTime() + CHECK_MS);
};

/** What was sent to the provider but waits for an ICCID. */
export const waitsForIccid = (services: SimServices, { iccid, isInUse }: ServedSim, now: Date): boolean =>
  isInUse && iccid === null && (services.call !== null || differs(services, now));
