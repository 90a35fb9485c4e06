import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Migrations, tenantTable } from './migration.ts';
import { inAccount } from './postgres.ts';

interface Tables {
  thing: { account_id: string; id: number };
}

const migrations: Migrations = {
  '0001-thing': async (context) => {
    await sql`create table thing (account_id uuid not null, id int not null, primary key (account_id, id))`.execute(
      context.db,
    );
    await tenantTable(context, 'thing');
  },
};

const ACCOUNT = '0198d2f0-0000-7000-8000-000000000001';

let database: TestDatabase<Tables>;
beforeAll(async () => {
  database = await createTestDatabase<Tables>({ service: 'prepared', migrations });
});
afterAll(() => database.stop());

const readAll = (id: number): Promise<object[]> =>
  inAccount(database.db, ACCOUNT, (tx) => tx.selectFrom('thing').selectAll().where('id', '=', id).execute());

describe('a connection that prepares its statements', () => {
  it('plans a statement with parameters once, and one without parameters not at all', async () => {
    const names = await inAccount(database.db, ACCOUNT, async (tx) => {
      for (const id of [1, 2, 3]) await tx.selectFrom('thing').select('id').where('id', '=', id).execute();
      await sql`select 'no parameters'`.execute(tx);
      const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(tx);
      return rows.map(({ statement }) => statement);
    });
    expect(names.filter((statement) => statement.includes('from "thing" where'))).toHaveLength(1);
    expect(names.filter((statement) => statement.includes('no parameters'))).toEqual([]);
  });

  it('goes on after a migration that changes what a prepared statement returns', async () => {
    await inAccount(database.db, ACCOUNT, (tx) =>
      tx.insertInto('thing').values({ account_id: ACCOUNT, id: 7 }).execute(),
    );
    expect(await readAll(7)).toEqual([{ account_id: ACCOUNT, id: 7 }]);
    await sql`alter table thing add column name text`.execute(database.ownerDb);
    expect(await readAll(7)).toEqual([{ account_id: ACCOUNT, id: 7, name: null }]);
    expect(await readAll(8)).toEqual([]);
  });
});
