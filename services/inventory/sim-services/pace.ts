/** How fast a provider is given what changes many SIMs at once: rollouts and the first of the month share it. */
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';

export interface Pace {
  /** How many SIMs may be changed now; they are taken. */
  readonly granted: number;
  /** When the next may be. */
  readonly nextAt: Date;
}

const MINUTE_MS = 60_000;
/** What was not used within it is lost, so that no provider gets the portion of an hour at once. */
const LONGEST_SAVED_MS = 1_000;
/** At the slowest pace too, what is saved is more than one: who asks a little late has lost nothing. */
const LEAST_SAVED = 2;
/** Fractions of a step that only the arithmetic has lost. */
const ROUNDING = 1e-6;

/**
 * What a provider may be given now, from until when it is busy with what it was given before. Pure.
 *
 * @param busyUntil milliseconds since 1970, with fractions: a step can be shorter than one
 * @param perMinute how many SIMs a minute
 * @param wanted how many there are to change
 */
export const paceAt = (
  { busyUntil, perMinute, wanted }: { busyUntil: number; perMinute: number; wanted: number },
  now: Date,
): Pace & { readonly busyUntil: number } => {
  const step = MINUTE_MS / perMinute;
  const from = Math.max(busyUntil, now.getTime() - Math.max(LONGEST_SAVED_MS, LEAST_SAVED * step));
  const granted = Math.max(0, Math.min(wanted, Math.floor((now.getTime() - from) / step + ROUNDING)));
  const until = from + granted * step;
  return { granted, busyUntil: until, nextAt: new Date(Math.ceil(until + step)) };
};

/** Takes what the provider may be given now. The provider's row is held until the transaction ends. */
export const takePace = async (
  tx: Transaction,
  {
    accountId,
    providerId,
    perMinute,
    wanted,
    now,
  }: {
    readonly accountId: string;
    readonly providerId: string;
    readonly perMinute: number;
    readonly wanted: number;
    readonly now: Date;
  },
): Promise<Pace> => {
  // Made first, so that there is a row to be held by the first two who come at once.
  await sql`insert into provider_pace (account_id, provider_id)
    values (${accountId}, ${providerId}) on conflict do nothing`.execute(tx);
  const { rows } = await sql<{ busy_until_ms: number }>`
    select busy_until_ms from provider_pace
    where account_id = ${accountId} and provider_id = ${providerId} for update`.execute(tx);
  const { busyUntil, ...pace } = paceAt({ busyUntil: rows[0]?.busy_until_ms ?? 0, perMinute, wanted }, now);
  if (pace.granted > 0) {
    await sql`update provider_pace set busy_until_ms = ${busyUntil}
      where account_id = ${accountId} and provider_id = ${providerId}`.execute(tx);
  }
  return pace;
};

/** A portion a second, not one for each SIM that the pace lets go. */
const PACE_WAIT_MS = 900;

/** When to come again where too many SIMs wait to be sent, in milliseconds. */
export const ROOM_WAIT_MS = 200;

/** When to come again where all that were looked at were held by somebody else, in milliseconds. */
export const AFTER_HELD_MS = 1_000;

/** When to come again where the pace has let none, or not all, go, in milliseconds. */
export const waitForPace = (nextAt: Date, now: Date): number =>
  Math.max(nextAt.getTime() - now.getTime(), PACE_WAIT_MS);
