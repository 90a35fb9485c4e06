import type { Kysely } from 'kysely';
import type { DueDatabase } from './due.ts';
import { type Busy, deferAfterDelivery, deferAfterFailure, LEASE_SECONDS, type Leased, leaseDue } from './due-lease.ts';
import type { Logger } from './logger.ts';

export interface DueRow {
  readonly id: string;
  readonly accountId: string;
  /** How often the row was leased before without progress; 0 the first time. */
  readonly tries: number;
}

/** Reads the business row afresh and acts. Resolving means delivered, not done: only `setDue` moves the row. */
export type DueHandler = (row: DueRow) => Promise<void>;

export interface DueLoopOptions<DB extends DueDatabase> {
  readonly db: Kysely<DB>;
  readonly logger: Logger;
  /** By kind; rows of a kind without a handler are left alone. */
  readonly handlers: Readonly<Record<string, DueHandler>>;
  /** How many rows are handled at once. */
  readonly concurrency?: number;
  readonly pollIntervalMs?: number;
}

export interface DueLoop {
  start(): void;
  /** Something became due and was committed: look at once. Calls during a look lead to one more look. */
  kick(): void;
  /** Leases no more and resolves when the handlers under way have ended. */
  stop(): Promise<void>;
}

/** Handlers wait for other services most of the time. */
const DEFAULT_CONCURRENCY = 16;
/** What no kick announced (a time that has come, another process, a crash) is found within this. */
const DEFAULT_POLL_INTERVAL_MS = 1_000;
/** While the database is away: soon enough that recovery takes seconds. */
const LONGEST_OUTAGE_PAUSE_MS = 5_000;
const FIRST_OUTAGE_PAUSE_MS = 250;
const RECORD_PAUSE_MS = 250;
/** Accounts whose turn is remembered; who is not among them goes first. */
const REMEMBERED_ACCOUNTS = 1_000;

/**
 * The loop that carries out what is due. Each row is leased by one process at a time, accounts in turn: one with
 * thousands of rows takes no more than its share from the others. Any number of processes may run it.
 *
 * A row whose handler resolves without `setDue` comes again after 1 min, doubling to 1 h; one whose handler throws
 * after 250 ms, doubling to 30 s; one whose process died after 1 min. An unreachable database stops nothing for good.
 */
export const createDueLoop = <DB extends DueDatabase>(options: DueLoopOptions<DB>): DueLoop => {
  const { logger, handlers, concurrency = DEFAULT_CONCURRENCY, pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options;
  const db = options.db as unknown as Kysely<DueDatabase>;
  const kinds = Object.keys(handlers);
  const running = new Set<Promise<void>>();
  const inFlight = new Map<string, number>();
  const lastTurns = new Map<string, number>();
  const retryTimers = new Set<NodeJS.Timeout>();
  let turn = 0;
  const state = { kicked: false, stopping: false };
  let wake: () => void = () => undefined;
  let pump: Promise<void> | undefined;

  const kick = (): void => {
    state.kicked = true;
    wake();
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (state.kicked || state.stopping) return resolve();
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const remember = (accountId: string): void => {
    lastTurns.delete(accountId);
    lastTurns.set(accountId, ++turn);
    if (lastTurns.size > REMEMBERED_ACCOUNTS) lastTurns.delete(lastTurns.keys().next().value as string);
  };

  const busy = (): Busy[] =>
    [...lastTurns].map(([accountId, servedAt]) => ({ accountId, servedAt, inFlight: inFlight.get(accountId) ?? 0 }));

  const kickIn = (ms: number): void => {
    const timer = setTimeout(() => {
      retryTimers.delete(timer);
      kick();
    }, ms);
    retryTimers.add(timer);
  };

  /** While the database is away the outcome waits here: its row is not to wait for the end of the lease. */
  const record = async <T>(write: () => Promise<T>): Promise<T> => {
    const giveUpAt = performance.now() + LEASE_SECONDS * 1000;
    for (;;) {
      try {
        return await write();
      } catch (err) {
        if (state.stopping || performance.now() > giveUpAt) throw err;
        await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS));
      }
    }
  };

  const deliver = async (row: Leased): Promise<{ failure: unknown } | null> => {
    try {
      await (handlers[row.kind] as DueHandler)({ id: row.id, accountId: row.accountId, tries: row.tries });
      return null;
    } catch (err) {
      logger.warn({ err, kind: row.kind, id: row.id, accountId: row.accountId, tries: row.tries }, 'not delivered');
      return { failure: err };
    }
  };

  const handle = async (row: Leased): Promise<void> => {
    const failed = await deliver(row);
    if (failed === null) return record(() => deferAfterDelivery(db, row));
    const retryInMs = await record(() => deferAfterFailure(db, row, failed.failure));
    if (retryInMs !== null && !state.stopping) kickIn(retryInMs);
  };

  const begin = (row: Leased): void => {
    remember(row.accountId);
    inFlight.set(row.accountId, (inFlight.get(row.accountId) ?? 0) + 1);
    const task = handle(row)
      // Only the database can fail here; the lease ends by itself.
      .catch((err: unknown) => logger.warn({ err, kind: row.kind, id: row.id }, 'outcome not recorded'))
      .finally(() => {
        running.delete(task);
        const left = (inFlight.get(row.accountId) ?? 1) - 1;
        if (left === 0) inFlight.delete(row.accountId);
        else inFlight.set(row.accountId, left);
        kickAfterFullLease();
      });
    running.add(task);
  };

  // More may be waiting only if the last lease took all that it asked for.
  let lastLeaseWasFull = false;
  const kickAfterFullLease = (): void => {
    if (lastLeaseWasFull) kick();
  };

  const run = async (): Promise<void> => {
    let outagePauseMs = FIRST_OUTAGE_PAUSE_MS;
    while (!state.stopping) {
      state.kicked = false;
      const free = concurrency - running.size;
      if (free <= 0) {
        lastLeaseWasFull = true;
        await pause(pollIntervalMs);
        continue;
      }
      try {
        const rows = await leaseDue(db, { kinds, limit: free, busy: busy() });
        lastLeaseWasFull = rows.length === free;
        for (const row of rows) begin(row);
        if (outagePauseMs > FIRST_OUTAGE_PAUSE_MS) logger.info('the database answers again');
        outagePauseMs = FIRST_OUTAGE_PAUSE_MS;
        await pause(pollIntervalMs);
      } catch (err) {
        logger.warn({ err, pauseMs: outagePauseMs }, 'what is due could not be read');
        state.kicked = false;
        await pause(outagePauseMs);
        outagePauseMs = Math.min(outagePauseMs * 2, LONGEST_OUTAGE_PAUSE_MS);
      }
    }
  };

  return {
    start: () => {
      pump ??= run();
    },
    kick,
    stop: async () => {
      state.stopping = true;
      wake();
      for (const timer of retryTimers) clearTimeout(timer);
      await pump;
      await Promise.all(running);
    },
  };
};
