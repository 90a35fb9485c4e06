import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Migrations, migrate, tenantTable } from './migration.ts';
import { createDatabase, createPool, inAccount, readInAccount } from './postgres.ts';
import { sqlState, violatedConstraint } from './postgres-errors.ts';

interface Tables {
  thing: { account_id: string; id: number; name: string };
}

const migrations: Migrations = {
  '0001-thing': async (context) => {
    await sql`create table thing (account_id uuid not null, id int not null, name text not null,
      constraint thing_key primary key (account_id, id))`.execute(context.db);
    await tenantTable(context, 'thing');
  },
};

const ONE = '0198d2f0-0000-7000-8000-000000000001';
const TWO = '0198d2f0-0000-7000-8000-000000000002';

let database: TestDatabase<Tables>;
beforeAll(async () => {
  database = await createTestDatabase<Tables>({ service: 'kit', migrations });
  for (const account of [ONE, TWO]) {
    await inAccount(database.db, account, (tx) =>
      tx.insertInto('thing').values({ account_id: account, id: 1, name: account }).execute(),
    );
  }
});
afterAll(() => database.stop());

describe('inAccount', () => {
  it('keeps 400 interleaved transactions of two accounts apart', async () => {
    const { db } = database;
    const seen = await Promise.all(
      Array.from({ length: 400 }, async (_unused, index) => {
        const account = index % 2 === 0 ? ONE : TWO;
        const rows = await inAccount(db, account, async (tx) => {
          await tx.updateTable('thing').set({ name: account }).execute();
          return tx.selectFrom('thing').selectAll().execute();
        });
        return rows.every((row) => row.account_id === account && row.name === account) && rows.length === 1;
      }),
    );
    expect(seen.every(Boolean)).toBe(true);
  });

  it.each(['db', 'ownerDb'] as const)(
    'shows nothing to %s while no account is set, also after one was',
    async (which) => {
      await inAccount(database[which], ONE, (tx) => tx.selectFrom('thing').selectAll().execute());
      expect(await database[which].selectFrom('thing').selectAll().execute()).toEqual([]);
      await expect(
        database[which].insertInto('thing').values({ account_id: ONE, id: 9, name: 'x' }).execute(),
      ).rejects.toThrow(/row-level security/);
    },
  );

  it('lets nothing be written for another account', async () => {
    const steal = inAccount(database.db, ONE, (tx) =>
      tx.updateTable('thing').set({ account_id: TWO, id: 5 }).execute(),
    );
    await expect(steal).rejects.toThrow(/row-level security/);
  });

  it('refuses what is no UUID before anything is sent', async () => {
    await expect(inAccount(database.db, `x'; drop table thing; --`, async () => 1)).rejects.toThrow(TypeError);
  });

  it('rolls back and rejects with the error of the work', async () => {
    const bug = new Error('bug');
    const run = inAccount(database.db, ONE, async (tx) => {
      await tx.insertInto('thing').values({ account_id: ONE, id: 2, name: 'x' }).execute();
      throw bug;
    });
    await expect(run).rejects.toBe(bug);
    const rows = await readInAccount(database.db, ONE, (tx) => tx.selectFrom('thing').select('id').execute());
    expect(rows).toEqual([{ id: 1 }]);
  });

  it('takes statements of Promise.all one after another', async () => {
    const results = await inAccount(database.db, ONE, (tx) =>
      Promise.all([1, 2, 3].map((n) => sql<{ n: number }>`select ${n}::int as n`.execute(tx))),
    );
    expect(results.map(({ rows }) => rows[0]?.n)).toEqual([1, 2, 3]);
  });

  it('repeats the work after a deadlock, and gives other errors on at once', async () => {
    const { db } = database;
    for (const id of [11, 12]) {
      await inAccount(db, ONE, (tx) => tx.insertInto('thing').values({ account_id: ONE, id, name: 'x' }).execute());
    }
    const lock = (first: number, second: number) =>
      inAccount(db, ONE, async (tx) => {
        await tx.updateTable('thing').set({ name: 'y' }).where('id', '=', first).execute();
        await new Promise((resolve) => setTimeout(resolve, 100));
        await tx.updateTable('thing').set({ name: 'y' }).where('id', '=', second).execute();
      });
    await Promise.all([lock(11, 12), lock(12, 11)]);

    let runs = 0;
    const error: unknown = await inAccount(db, ONE, (tx) => {
      runs++;
      return tx.insertInto('thing').values({ account_id: ONE, id: 1, name: 'x' }).execute();
    }).catch((reason: unknown) => reason);
    expect([runs, sqlState(error), violatedConstraint(error)]).toEqual([1, '23505', 'thing_key']);
  });

  it('keeps no connection in a transaction or with an account, whatever happens', async () => {
    const pool = createPool({ url: database.url, name: 'single', max: 1 });
    const db = createDatabase<Tables>(pool);
    await expect(inAccount(db, ONE, (tx) => sql`select 1/0`.execute(tx))).rejects.toThrow();
    await expect(
      inAccount(db, ONE, (tx) => sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx)),
    ).rejects.toThrow();
    const { rows } = await pool.query(`select nullif(current_setting('simlane.account_id', true), '') as account`);
    expect(rows).toEqual([{ account: null }]);
    expect(await inAccount(db, TWO, (tx) => tx.selectFrom('thing').select('name').execute())).toEqual([{ name: TWO }]);
    await db.destroy();
  });

  it('ends its pool, also one that was used past it', async () => {
    const pool = createPool({ url: database.url, name: 'ending' });
    const db = createDatabase<Tables>(pool);
    await pool.query('select 1');
    await db.destroy();
    expect([pool.ended, pool.totalCount]).toEqual([true, 0]);
  });

  it('refuses writes where only reading was announced', async () => {
    const write = readInAccount(database.db, ONE, (tx) => tx.deleteFrom('thing').execute());
    await expect(write).rejects.toMatchObject({ code: '25006' });
  });

  it('gives counts as numbers, dates as texts and times as Date', async () => {
    const { rows } = await readInAccount(database.db, ONE, (tx) =>
      sql`select count(*) as n, date '2026-02-01' as day, timestamptz '2026-02-01T00:00:00Z' as at from thing where id = 1`.execute(
        tx,
      ),
    );
    expect(rows).toEqual([{ n: 1, day: '2026-02-01', at: new Date('2026-02-01T00:00:00Z') }]);
  });
});

describe('migrate', () => {
  it('runs each migration once, however many processes start at once', async () => {
    let runs = 0;
    const more: Migrations = {
      ...migrations,
      '0002-once': async ({ db }) => {
        runs++;
        await sql`create table once (account_id uuid)`.execute(db);
      },
    };
    const { ownerUrl: url, appRole } = database;
    await Promise.all(Array.from({ length: 5 }, () => migrate({ url, appRole, migrations: more })));
    expect(runs).toBe(1);
  });

  it('leaves nothing of a migration that fails', async () => {
    const broken: Migrations = {
      ...migrations,
      '0002-once': async () => undefined,
      '0003-half': async ({ db }) => {
        await sql`create table half (id int)`.execute(db);
        throw new Error('half');
      },
    };
    await expect(migrate({ url: database.ownerUrl, appRole: database.appRole, migrations: broken })).rejects.toThrow(
      'half',
    );
    const { rows } = await sql`select to_regclass('half') as half`.execute(database.ownerDb);
    expect(rows).toEqual([{ half: null }]);
  });
});
