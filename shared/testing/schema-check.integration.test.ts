import { dueTable } from '@simlane/service-kit/due';
import { appendOnlyTable, type Migrations, tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { checkSchema } from './schema-check.ts';

const migrations: Migrations = {
  '0001-good': async (context) => {
    await sql`create table thing (account_id uuid not null, id uuid not null, primary key (account_id, id))`.execute(
      context.db,
    );
    await tenantTable(context, 'thing');
    await sql`create table fact (account_id uuid not null, id uuid not null, thing_id uuid not null, outcome text,
      primary key (account_id, id), foreign key (account_id, thing_id) references thing (account_id, id))`.execute(
      context.db,
    );
    await appendOnlyTable(context, 'fact', ['outcome']);
    await dueTable(context);
  },
};

const RULES = { appRole: 'schemacheck_app', withoutAccount: ['due'], appendOnly: { fact: ['outcome'] } };

let database: TestDatabase<unknown>;
beforeAll(async () => {
  database = await createTestDatabase({ service: 'schemacheck', migrations });
});
afterAll(() => database.stop());

describe('checkSchema', () => {
  it('finds nothing in a schema that keeps the rules', async () => {
    expect(await checkSchema(database.ownerDb, RULES)).toEqual([]);
  });

  it.each<[planted: string, statements: string, violation: RegExp]>([
    ['a table without an account', 'create table bad (id uuid)', /bad has no column account_id/],
    ['an account that may be null', 'create table bad (account_id uuid)', /account_id may be null/],
    ['a table without row-level security', 'create table bad (account_id uuid not null)', /not enabled/],
    ['security that its owner escapes', 'alter table thing no force row level security', /not forced/],
    ['a table without a policy', 'drop policy account on thing', /thing has no policy/],
    [
      'a policy that also accepts an unset account',
      `drop policy account on thing; create policy account on thing using (true) with check (true)`,
      /does not hold both reads and writes/,
    ],
    [
      'a second, permissive policy',
      `create policy more on thing for select using (current_user = 'x')`,
      /policy more does not hold/,
    ],
    [
      'a unique index across accounts',
      'create unique index across on thing (id)',
      /across does not begin with account_id/,
    ],
    [
      'a foreign key across accounts',
      'create unique index ok on thing (account_id, id); create table other (account_id uuid not null, thing uuid primary key); alter table fact add constraint crossing foreign key (thing_id) references other (thing)',
      /crossing does not begin with account_id/,
    ],
    ['a table of the role itself', 'alter table thing owner to schemacheck_app', /schemacheck_app owns thing/],
    [
      'facts that can be deleted',
      'grant delete on fact to schemacheck_app',
      /append-only and schemacheck_app has DELETE/,
    ],
    ['facts that can be rewritten', 'grant update (thing_id) on fact to schemacheck_app', /may change thing_id/],
    [
      'a view that reads as its owner',
      'create view peek as select * from thing',
      /view peek does not read as its caller/,
    ],
    [
      'a function that acts as its owner',
      `create function peek() returns int language sql security definer as 'select 1'`,
      /function peek acts as its owner/,
    ],
  ])('finds %s', async (_planted, statements, violation) => {
    const found = await database.adminDb
      .transaction()
      .execute(async (tx) => {
        await sql.raw(statements).execute(tx);
        throw new Found(await checkSchema(tx, RULES));
      })
      .catch((error: unknown) => (error instanceof Found ? error.violations : Promise.reject(error)));
    expect(found.join('\n')).toMatch(violation);
  });
});

/** Takes the finding out of the transaction, which is rolled back with everything planted. */
class Found extends Error {
  readonly violations: string[];
  constructor(violations: string[]) {
    super();
    this.violations = violations;
  }
}
