import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { type DueDatabase, dueTable, setDue, wakeAll } from './due.ts';
import { LEASE_SECONDS, leaseDue } from './due-lease.ts';
import { createDueLoop, type DueHandler, type DueLoop } from './due-loop.ts';
import { createLogger } from './logger.ts';
import { createDatabase, createPool, inAccount } from './postgres.ts';

const BIG = '0198d2f0-0000-7000-8000-000000000001';
const SMALL = '0198d2f0-0000-7000-8000-000000000002';
const MINUTE_MS = 60_000;
const logger = createLogger({ name: 'test', level: 'silent' });

let database: TestDatabase<DueDatabase>;
let loops: DueLoop[] = [];
beforeAll(async () => {
  database = await createTestDatabase<DueDatabase>({ service: 'kit', migrations: { '0001-due': dueTable } });
});
beforeEach(() => database.db.deleteFrom('due').execute());
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  loops = [];
});
afterAll(() => database.stop());

interface LoopOptions {
  readonly concurrency?: number;
  readonly pollIntervalMs?: number;
  readonly leaseSeconds?: number;
}

const startLoop = (handler: DueHandler, options: LoopOptions = {}): DueLoop => {
  const loop = createDueLoop({ db: database.db, logger, handlers: { test: handler }, pollIntervalMs: 100, ...options });
  loops.push(loop);
  loop.start();
  return loop;
};

const owe = async (accountId = BIG, dueAt: Date | null = new Date(), id: string = randomUUID()): Promise<string> => {
  await inAccount(database.db, accountId, (tx) => setDue(tx, { kind: 'test', id, accountId, dueAt }));
  return id;
};

/** How long until the row is due, in milliseconds by the clock of the database, and the rest of it. */
const rowOf = async (id: string) => {
  const { rows } = await sql<{ in_ms: number; tries: number; last_error: string | null }>`
    select (extract(epoch from due_at - now()) * 1000)::int as in_ms, tries, last_error from due where id = ${id}`.execute(
    database.db,
  );
  return rows[0];
};

describe('the due loop', () => {
  it('gives each row to one of several loops, once', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, () => owe()));
    const handled: string[] = [];
    const handler: DueHandler = async ({ id }) => {
      handled.push(id);
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    for (let n = 0; n < 3; n++) startLoop(handler, { concurrency: 4 });
    await vi.waitFor(() => expect(handled.length).toBeGreaterThanOrEqual(60), 5_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(handled.toSorted()).toEqual(ids.toSorted());
  });

  it('leaves what is not due yet, and kinds without a handler', async () => {
    await owe(BIG, new Date(Date.now() + MINUTE_MS));
    await sql`insert into due (kind, id, account_id, due_at) values ('other', ${randomUUID()}, ${BIG}, now())`.execute(
      database.db,
    );
    const handler = vi.fn<DueHandler>(async () => undefined);
    startLoop(handler);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(handler).not.toHaveBeenCalled();
  });

  it.each([
    [0, 60],
    [1, 120],
    [3, 480],
    [30, 3600],
  ])('brings a row delivered without outcome after %i earlier tries again in %i s', async (tries, seconds) => {
    const id = await owe();
    await sql`update due set tries = ${tries} where id = ${id}`.execute(database.db);
    const handler = vi.fn<DueHandler>(async () => undefined);
    const loop = startLoop(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    expect(handler.mock.calls[0]?.[0]).toEqual({ id, accountId: BIG, tries });
    await loop.stop();
    const row = await rowOf(id);
    expect(row?.tries).toBe(tries + 1);
    expect(row?.in_ms).toBeGreaterThan(seconds * 1000 - 2_000);
    expect(row?.in_ms).toBeLessThanOrEqual(seconds * 1000);
  });

  it.each([
    [2, 1_000],
    [6, 16_000],
    [30, 30_000],
  ])('brings a row that failed after %i earlier tries again in %i ms, and keeps no content', async (tries, ms) => {
    const id = await owe();
    await sql`update due set tries = ${tries} where id = ${id}`.execute(database.db);
    const handler = vi.fn<DueHandler>(() =>
      Promise.reject(Object.assign(new Error('+49 170 1234567'), { code: 'ECODE' })),
    );
    const loop = startLoop(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    await loop.stop();
    const row = await rowOf(id);
    expect(row?.last_error).toBe('ECODE');
    expect(row?.in_ms).toBeGreaterThan(ms - 800);
    expect(row?.in_ms).toBeLessThanOrEqual(ms);
  });

  it('tries a failing row again at its time, not at the next poll', async () => {
    await owe();
    const times: number[] = [];
    startLoop(
      async () => {
        times.push(performance.now());
        throw new Error('not yet');
      },
      { pollIntervalMs: 10_000 },
    );
    await vi.waitFor(() => expect(times.length).toBeGreaterThanOrEqual(3), 3_000);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(450);
  });

  it('does not touch a row that was set anew, or ended, while it was handled', async () => {
    const later = new Date(Date.now() + 7 * MINUTE_MS);
    const [again, ended] = [await owe(), await owe()];
    let handled = 0;
    const loop = startLoop(async ({ id }) => {
      await owe(BIG, id === again ? later : null, id);
      handled++;
      throw new Error('after the fact');
    });
    await vi.waitFor(() => expect(handled).toBe(2));
    await loop.stop();
    const row = await rowOf(again);
    expect(row).toMatchObject({ tries: 0, last_error: null });
    expect(row?.in_ms).toBeGreaterThan(6 * MINUTE_MS);
    expect(await rowOf(ended)).toBeUndefined();
  });

  it('handles at once what is set due during the handling of the same row', async () => {
    const id = await owe();
    let handled = 0;
    const loop = startLoop(async () => {
      handled++;
      if (handled === 1) {
        await owe(BIG, new Date(), id);
        loop.kick();
      }
    });
    await vi.waitFor(() => expect(handled).toBe(2), 1_000);
  });

  it('leases on a kick, long before the next poll, and loses none of many', async () => {
    const latencies: number[] = [];
    const set = new Map<string, number>();
    const loop = startLoop(
      async ({ id }) => {
        // One that an earlier look found already waited for nothing.
        latencies.push(Math.max(0, performance.now() - (set.get(id) ?? Number.POSITIVE_INFINITY)));
      },
      // Leases are kept by looks, too: these must be as rare.
      { pollIntervalMs: 60_000, leaseSeconds: 200 },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let n = 0; n < 100; n++) {
      const id = randomUUID();
      await owe(BIG, new Date(Date.now() - 1_000), id);
      set.set(id, performance.now());
      loop.kick();
    }
    await vi.waitFor(() => expect(latencies).toHaveLength(100), 5_000);
    // 1 to 2 ms on a quiet machine; here only that no poll was waited for.
    expect(Math.max(...latencies)).toBeLessThan(5_000);
  });

  it.each([1, 4])(
    'does not let an account with 2000 older rows delay another one, at concurrency %i',
    async (concurrency) => {
      await sql`insert into due (kind, id, account_id, due_at)
      select 'test', uuidv7(), ${BIG}, now() - interval '1 hour' from generate_series(1, 2000)`.execute(database.db);
      for (let n = 0; n < 10; n++) await owe(SMALL);
      const order: string[] = [];
      startLoop(
        async ({ accountId }) => {
          order.push(accountId);
          await new Promise((resolve) => setTimeout(resolve, 1));
        },
        { concurrency },
      );
      await vi.waitFor(() => expect(order.filter((account) => account === SMALL)).toHaveLength(10), 10_000);
      expect(order.lastIndexOf(SMALL)).toBeLessThan(40);
    },
  );

  it('takes no more rows once it is stopped, and waits for those under way', async () => {
    let release: () => void = () => undefined;
    let ended = false;
    await owe();
    const handler = vi.fn<DueHandler>(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      ended = true;
    });
    const loop = startLoop(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    const stopped = loop.stop();
    await owe();
    loop.kick();
    release();
    await stopped;
    expect(ended).toBe(true);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('brings the rows of a process that died again when their lease ends, within 10 s', async () => {
    const id = await owe();
    const asked = { kinds: ['test'], limit: 10, busy: [], aheadMs: 0 };
    expect(LEASE_SECONDS).toBeLessThanOrEqual(10);
    expect(await leaseDue(database.db, { ...asked, leaseSeconds: 1 })).toHaveLength(1);
    const leasedAt = performance.now();
    const handler = vi.fn<DueHandler>(async () => undefined);
    startLoop(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce(), 5_000);
    expect(performance.now() - leasedAt).toBeGreaterThan(800);
    expect(handler.mock.calls[0]?.[0]).toEqual({ id, accountId: BIG, tries: 1 });
  });

  it.each(['goes on', 'is being stopped'])(
    'hands a row to nobody else while its handling outlasts the lease and the loop %s',
    async (then) => {
      const id = await owe();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const handler = vi.fn<DueHandler>(() => released);
      const first = startLoop(handler, { leaseSeconds: 1 });
      await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
      const stopped = then === 'goes on' ? undefined : first.stop();
      startLoop(handler, { leaseSeconds: 1 });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      release();
      await (stopped ?? first.stop());
      expect(handler).toHaveBeenCalledOnce();
      expect((await rowOf(id))?.in_ms).toBeGreaterThan(MINUTE_MS - 2_000);
    },
  );

  it('lets a delivered row go while it runs on, for its back-off and without its last error', async () => {
    const id = await owe();
    await sql`update due set tries = 1, last_error = 'ECODE' where id = ${id}`.execute(database.db);
    const handler = vi.fn<DueHandler>(async () => undefined);
    startLoop(handler, { leaseSeconds: 1 });
    await vi.waitFor(async () => expect((await rowOf(id))?.in_ms).toBeGreaterThan(2 * MINUTE_MS - 2_000), 3_000);
    expect(await rowOf(id)).toMatchObject({ tries: 2, last_error: null });
    expect(handler).toHaveBeenCalledOnce();
  });

  it('makes everything due at once, whatever it waits for', async () => {
    const later = new Date(Date.now() + 7 * MINUTE_MS);
    const ids = [await owe(BIG, later), await owe(SMALL, later)];
    await sql`update due set tries = 30, last_error = 'ECODE', lease = ${randomUUID()}`.execute(database.db);
    expect(await wakeAll(database.db)).toBe(2);
    const handler = vi.fn<DueHandler>(async () => undefined);
    startLoop(handler);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(2), 3_000);
    expect(handler.mock.calls.map(([row]) => row.id).toSorted()).toEqual(ids.toSorted());
    expect(handler.mock.calls.map(([row]) => row.tries)).toEqual([0, 0]);
  });

  it('goes on by itself after the database was away', async () => {
    const handler = vi.fn<DueHandler>(async () => undefined);
    await withOutages(async ({ db, away }) => {
      const loop = createDueLoop({ db, logger, handlers: { test: handler }, pollIntervalMs: 50 });
      loops.push(loop);
      loop.start();
      await away(600);
      await owe();
      await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce(), 8_000);
      await loop.stop();
    });
  });

  it('does not take a row again that it is handling since before the database was away for longer than a lease', async () => {
    const id = await owe();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const handler = vi.fn<DueHandler>(() => released);
    await withOutages(async ({ db, away }) => {
      const loop = createDueLoop({ db, logger, handlers: { test: handler }, pollIntervalMs: 50, leaseSeconds: 1 });
      loops.push(loop);
      loop.start();
      await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
      await away(2_000);
      await vi.waitFor(async () => expect((await rowOf(id))?.in_ms).toBeGreaterThan(0), 8_000);
      release();
      await loop.stop();
      expect(handler).toHaveBeenCalledOnce();
      expect((await rowOf(id))?.in_ms).toBeGreaterThan(MINUTE_MS - 2_000);
    });
  });
});

/** Connections of their own to the test's database, which can be cut and refused for a time. */
const withOutages = async (
  work: (given: {
    db: ReturnType<typeof createDatabase<DueDatabase>>;
    away: (ms: number) => Promise<void>;
  }) => Promise<void>,
): Promise<void> => {
  const db = createDatabase<DueDatabase>(createPool({ url: database.url, name: 'due-outage' }));
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database.adminDb);
  const name = rows[0]?.name ?? '';
  // From another database: PostgreSQL does not lock anybody out of the one that asks for it.
  const admin = new Client({ connectionString: inject('postgresAdminUrl') });
  await admin.connect();
  const away = async (ms: number): Promise<void> => {
    await admin.query(`alter database "${name}" allow_connections false`);
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'due-outage'`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    await admin.query(`alter database "${name}" allow_connections true`);
  };
  try {
    await work({ db, away });
  } finally {
    await admin.end();
    await db.destroy();
  }
};
