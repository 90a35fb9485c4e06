import type { RecipientState } from './message.ts';

/**
 * Where the delivery to one recipient stands.
 *
 * A hand-over is written into the row *before* it begins, as what is true if nobody comes back to tell its outcome:
 * the state is `unknown`, and `attemptAt` says when it is tried once more, or that it never is. So a crash, a
 * time-out and a lost connection need no handling of their own, and cannot lead to a third hand-over.
 */
export interface Delivery {
  readonly state: RecipientState;
  /** Hand-overs that SES may have accepted; the second is marked as a repeat. Refused ones are taken back. */
  readonly handOvers: number;
  /** Refusals in a row, for the back-off. */
  readonly refusals: number;
  /** Code of the last hand-over that was not accepted. */
  readonly lastFault: string | null;
  /** When it may be handed over next; null: never again. */
  readonly attemptAt: Date | null;
  readonly sentAt: Date | null;
  readonly providerMessageId: string | null;
  /** That and why it came back or was complained of, as SES says; also where the state says that it is not lost. */
  readonly returned: { readonly at: Date; readonly detail: string | null } | null;
}

/** What came of a hand-over, if anything was heard. */
export type HandOverOutcome =
  | { readonly outcome: 'accepted'; readonly providerMessageId: string }
  /** SES has definitely not taken it. `passing`: the fault is of the moment (throttled, not reachable), not of the mail. */
  | { readonly outcome: 'refused'; readonly code: string; readonly passing: boolean }
  /** It may have taken it: a time-out, a connection lost after the request went out, an answer that says neither. */
  | { readonly outcome: 'unknown'; readonly code: string };

/** The kind of due row; its id is the recipient's, so that one recipient's trouble is not another's. */
export const DELIVERY = 'delivery';

/** Invariant 4: one hand-over, or two after an unknown outcome. */
const MOST_HAND_OVERS = 2;
/** Three times the time-out of a call: whatever was under way has ended, also in a process that was paused a little. */
export const REPEAT_AFTER_MS = 30_000;
/** A fault of the moment: recovery must be felt within seconds. */
const FIRST_PASSING_RETRY_MS = 1_000;
const LONGEST_PASSING_RETRY_MS = 30_000;
/** A refusal that somebody has to look at (a sender address not verified, an account paused): asking often is noise. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;
/** Beyond this a power of two says nothing any more. */
const HIGHEST_POWER = 20;

export const newDelivery = (now: Date): Delivery => ({
  state: 'queued',
  handOvers: 0,
  refusals: 0,
  lastFault: null,
  attemptAt: now,
  sentAt: null,
  providerMessageId: null,
  returned: null,
});

/** Whether the mail is to be handed over now, and whether as a repeat. */
export const nextStep = ({ attemptAt, handOvers }: Delivery, now: Date): 'nothing' | 'hand_over' | 'repeat' => {
  if (attemptAt === null || attemptAt > now) return 'nothing';
  return handOvers === 0 ? 'hand_over' : 'repeat';
};

/** The row to commit before the call. */
export const beginHandOver = (delivery: Delivery, now: Date): Delivery => {
  const handOvers = delivery.handOvers + 1;
  return {
    ...delivery,
    state: 'unknown',
    handOvers,
    attemptAt: handOvers < MOST_HAND_OVERS ? after(now, REPEAT_AFTER_MS) : null,
  };
};

/**
 * The row after the call. An unknown outcome changes nothing but the code: the row says so already. What has become
 * of the mail since (another process may have sent it) is never set back.
 */
export const endHandOver = (delivery: Delivery, outcome: HandOverOutcome, now: Date): Delivery => {
  if (delivery.state !== 'unknown') return delivery;
  switch (outcome.outcome) {
    case 'unknown':
      return { ...delivery, lastFault: outcome.code };
    case 'accepted':
      return {
        ...delivery,
        state: 'sent',
        lastFault: null,
        attemptAt: null,
        sentAt: now,
        providerMessageId: outcome.providerMessageId,
      };
    case 'refused': {
      const handOvers = delivery.handOvers - 1;
      return {
        ...delivery,
        state: handOvers === 0 ? 'queued' : 'unknown',
        handOvers,
        refusals: delivery.refusals + 1,
        lastFault: outcome.code,
        attemptAt: after(now, backOffMs(delivery.refusals, outcome.passing)),
      };
    }
  }
};

const backOffMs = (refusals: number, passing: boolean): number => {
  const [first, longest] = passing
    ? [FIRST_PASSING_RETRY_MS, LONGEST_PASSING_RETRY_MS]
    : [FIRST_RETRY_MS, LONGEST_RETRY_MS];
  return Math.min(first * 2 ** Math.min(refusals, HIGHEST_POWER), longest);
};

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);
