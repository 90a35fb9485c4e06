import type { Kysely } from 'kysely';
import { type Clock, machineClock } from './clock.ts';
import type { DueDatabase } from './due.ts';
import { type Busy, deferAfterFailure, keepLeases, LEASE_SECONDS, type Leased, leaseDue } from './due-lease.ts';
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
  /** {@link LEASE_SECONDS} unless given; tests have less time. */
  readonly leaseSeconds?: number;
  /** What its rows are due by, and what its handlers go by; the machine's unless given. */
  readonly clock?: Clock;
}

export interface DueLoop {
  start(): void;
  /** Something became due and was committed: look at once. Calls during a look lead to one more look. */
  kick(): void;
  /** Leases no more and resolves when the handlers under way have ended and their rows are let go. */
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
/** Leases are kept three times before they end: one attempt may fail, another may be late. */
const KEPT_AFTER = 0.3;
/** Calls of a handler end by themselves long before; what takes longer hangs, and somebody should know. */
const LONG_HANDLING_MS = 60_000;
/** Accounts whose turn is remembered; who is not among them goes first. */
const REMEMBERED_ACCOUNTS = 1_000;

/**
 * The loop that carries out what is due. Each row is leased by one process at a time, accounts in turn: one with
 * thousands of rows takes no more than its share from the others. Any number of processes may run it.
 *
 * A row whose handler resolves without `setDue` comes again after 1 min, doubling to 1 h; one whose handler throws
 * after 250 ms, doubling to 30 s; one whose process died after 10 s, the length of a lease. While a handler runs its
 * lease is kept, however long that takes. An unreachable database stops nothing for good.
 *
 * Deliveries are at least once: a process that dies between a delivery and the next keeping, 3 s at most, or that could
 * not keep its leases because the database was away, makes one delivery more, early.
 */
export const createDueLoop = <DB extends DueDatabase>(options: DueLoopOptions<DB>): DueLoop => {
  const { logger, handlers, concurrency = DEFAULT_CONCURRENCY, pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options;
  const { leaseSeconds = LEASE_SECONDS, clock = machineClock } = options;
  const keepIntervalMs = leaseSeconds * 1000 * KEPT_AFTER;
  const lookIntervalMs = Math.min(pollIntervalMs, keepIntervalMs);
  const db = options.db as unknown as Kysely<DueDatabase>;
  const kinds = Object.keys(handlers);
  const running = new Set<Promise<void>>();
  /** Rows that this process holds: being handled, and delivered but not let go yet. */
  const handled = new Set<Leased>();
  const delivered = new Set<Leased>();
  let keptAt = performance.now();
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

  const keep = async (): Promise<void> => {
    const now = performance.now();
    const letGo = [...delivered];
    await keepLeases(db, { handled: [...handled], delivered: letGo, leaseSeconds, aheadMs: clock.aheadMs() });
    for (const row of letGo) delivered.delete(row);
    keptAt = now;
  };

  /** While the database is away the outcome waits here: its row is not to wait for the end of the lease. */
  const record = async <T>(write: () => Promise<T>): Promise<T> => {
    const giveUpAt = performance.now() + leaseSeconds * 1000;
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
    const about = { kind: row.kind, id: row.id, accountId: row.accountId, tries: row.tries };
    const long = setTimeout(
      () => logger.warn({ ...about, afterMs: LONG_HANDLING_MS }, 'still being handled'),
      LONG_HANDLING_MS,
    );
    try {
      await (handlers[row.kind] as DueHandler)({ id: row.id, accountId: row.accountId, tries: row.tries });
      return null;
    } catch (err) {
      logger.warn({ err, ...about }, 'not delivered');
      return { failure: err };
    } finally {
      clearTimeout(long);
    }
  };

  const handle = async (row: Leased): Promise<void> => {
    handled.add(row);
    const failed = await deliver(row);
    handled.delete(row);
    if (failed === null) {
      // The next keeping lets it go: by then the work itself has usually set it anew, and nothing is written.
      delivered.add(row);
      return;
    }
    const retryInMs = await record(() =>
      deferAfterFailure(db, row, { error: failed.failure, aheadMs: clock.aheadMs() }),
    );
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
      try {
        // Before leasing: after an outage this process must not take its own rows a second time.
        if (performance.now() - keptAt >= keepIntervalMs) await keep();
        const free = concurrency - running.size;
        const asked = { kinds, limit: free, busy: busy(), leaseSeconds, aheadMs: clock.aheadMs() };
        const rows = free > 0 ? await leaseDue(db, asked) : [];
        lastLeaseWasFull = rows.length === free;
        for (const row of rows) begin(row);
        if (outagePauseMs > FIRST_OUTAGE_PAUSE_MS) logger.info('the database answers again');
        outagePauseMs = FIRST_OUTAGE_PAUSE_MS;
        await pause(lookIntervalMs);
      } catch (err) {
        logger.warn({ err, pauseMs: outagePauseMs }, 'what is due could not be read or kept');
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
      const keepOrTell = (): Promise<void> =>
        keep().catch((err: unknown) => logger.warn({ err }, 'leases not kept; their rows come back by themselves'));
      const keeping = setInterval(() => void keepOrTell(), keepIntervalMs);
      await Promise.all(running);
      clearInterval(keeping);
      await keepOrTell();
    },
  };
};
