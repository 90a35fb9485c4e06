import { type QueryExecutorProvider, sql } from 'kysely';

export interface SchemaRules {
  /** The role of the running service. */
  readonly appRole: string;
  /** Tables without an account, beside those of the migrator. They hold no content. */
  readonly withoutAccount?: readonly string[];
  /** Tables of facts: the columns that the service may change afterwards; nothing else, and nothing is deleted. */
  readonly appendOnly?: Readonly<Record<string, readonly string[]>>;
  /** Indexes and constraints, by name, that need not begin with the account. Each deserves a comment where it is listed. */
  readonly exceptions?: readonly string[];
}

const MIGRATOR_TABLES = ['kysely_migration', 'kysely_migration_lock'];
const ACCOUNT_POLICY =
  /account_id = \(NULLIF\(current_setting\('simlane\.account_id'::text, true\), ''::text\)\)::uuid/;

/**
 * Everything in the schema `public` that would let one account see or meet another (reliability.md "Tenants").
 *
 * @param db connected as the owner or a superuser
 * @returns one sentence a violation; empty when all holds
 */
export const checkSchema = async (db: QueryExecutorProvider, rules: SchemaRules): Promise<string[]> => {
  const free = [...MIGRATOR_TABLES, ...(rules.withoutAccount ?? [])];
  const tables = (await readTables(db)).filter(({ name }) => !free.includes(name));
  const names = new Set(tables.map(({ name }) => name));
  const violations = [
    ...tables.flatMap(checkTable),
    ...(await checkPolicies(db, tables)),
    ...(await checkIndexes(db, names, rules.exceptions ?? [])),
    ...(await checkForeignKeys(db, names, rules.exceptions ?? [])),
    ...(await checkRole(db, rules.appRole)),
    ...(await checkViews(db)),
  ];
  for (const [table, columns] of Object.entries(rules.appendOnly ?? {})) {
    violations.push(...(await checkAppendOnly(db, rules.appRole, table, columns)));
  }
  return violations;
};

interface TableRow {
  readonly name: string;
  readonly account_not_null: boolean | null;
  readonly enabled: boolean;
  readonly forced: boolean;
}

const readTables = async (db: QueryExecutorProvider): Promise<TableRow[]> => {
  const { rows } = await sql<TableRow>`
    select c.relname as name, a.attnotnull as account_not_null, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and a.atttypid = 'uuid'::regtype
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    order by c.relname`.execute(db);
  return rows;
};

const checkTable = ({ name, account_not_null, enabled, forced }: TableRow): string[] => [
  ...(account_not_null === null ? [`table ${name} has no column account_id uuid`] : []),
  ...(account_not_null === false ? [`table ${name}: account_id may be null`] : []),
  ...(enabled ? [] : [`table ${name}: row-level security is not enabled`]),
  ...(forced ? [] : [`table ${name}: row-level security is not forced on its owner`]),
];

const checkPolicies = async (db: QueryExecutorProvider, tables: readonly TableRow[]): Promise<string[]> => {
  const { rows } = await sql<{
    table: string;
    name: string;
    permissive: string;
    cmd: string;
    qual: string | null;
    check: string | null;
  }>`
    select tablename as table, policyname as name, permissive, cmd, qual, with_check as check
    from pg_policies where schemaname = 'public'`.execute(db);
  return tables.flatMap(({ name }) => {
    const policies = rows.filter(({ table }) => table === name);
    if (policies.length === 0) return [`table ${name} has no policy`];
    return policies
      .filter(({ cmd, qual, check }) => cmd !== 'ALL' || !onlyAccount(qual) || !onlyAccount(check))
      .map((policy) => `table ${name}: policy ${policy.name} does not hold both reads and writes to the account`);
  });
};

/** Nothing but the comparison: an `or` beside it would open the wall. */
const onlyAccount = (expression: string | null): boolean =>
  expression !== null && expression.replace(ACCOUNT_POLICY, '').replaceAll(/[()\s]/g, '') === '';

const checkIndexes = async (
  db: QueryExecutorProvider,
  tables: ReadonlySet<string>,
  exceptions: readonly string[],
): Promise<string[]> => {
  const { rows } = await sql<{ table: string; name: string; first: string | null }>`
    select t.relname as table, i.relname as name, a.attname as first
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class t on t.oid = x.indrelid
    left join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] and a.attnum > 0
    where (x.indisunique or x.indisexclusion) and t.relnamespace = 'public'::regnamespace`.execute(db);
  return rows
    .filter(({ table, name, first }) => tables.has(table) && first !== 'account_id' && !exceptions.includes(name))
    .map(({ table, name }) => `table ${table}: unique index ${name} does not begin with account_id`);
};

const checkForeignKeys = async (
  db: QueryExecutorProvider,
  tables: ReadonlySet<string>,
  exceptions: readonly string[],
): Promise<string[]> => {
  const { rows } = await sql<{ table: string; name: string; here: string; there: string }>`
    select t.relname as table, c.conname as name, here.attname as here, there.attname as there
    from pg_constraint c
    join pg_class t on t.oid = c.conrelid
    join pg_attribute here on here.attrelid = c.conrelid and here.attnum = c.conkey[1]
    join pg_attribute there on there.attrelid = c.confrelid and there.attnum = c.confkey[1]
    where c.contype = 'f' and t.relnamespace = 'public'::regnamespace`.execute(db);
  return rows
    .filter(({ table, name }) => tables.has(table) && !exceptions.includes(name))
    .filter(({ here, there }) => here !== 'account_id' || there !== 'account_id')
    .map(({ table, name }) => `table ${table}: foreign key ${name} does not begin with account_id on both sides`);
};

const checkRole = async (db: QueryExecutorProvider, appRole: string): Promise<string[]> => {
  const { rows } = await sql<{ super: boolean; bypass: boolean; owned: string[]; memberships: string[] }>`
    select r.rolsuper as super, r.rolbypassrls as bypass,
      array(select c.relname::text from pg_class c where c.relowner = r.oid) as owned,
      array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid) as memberships
    from pg_roles r where r.rolname = ${appRole}`.execute(db);
  const [role] = rows;
  if (role === undefined) return [`role ${appRole} does not exist`];
  return [
    ...(role.super ? [`role ${appRole} is a superuser`] : []),
    ...(role.bypass ? [`role ${appRole} bypasses row-level security`] : []),
    ...role.owned.map((name) => `role ${appRole} owns ${name}`),
    ...role.memberships.map((name) => `role ${appRole} is a member of ${name}`),
  ];
};

/** A view reads as its owner unless it says otherwise, and a security-definer function acts as its owner. */
const checkViews = async (db: QueryExecutorProvider): Promise<string[]> => {
  const { rows } = await sql<{ violation: string }>`
    select 'view ' || relname || ' does not read as its caller (security_invoker)' as violation
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'v'
      and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on'], false)
    union all
    select 'materialized view ' || relname || ' knows no row-level security'
    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'm'
    union all
    select 'function ' || proname || ' acts as its owner (security definer)'
    from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`.execute(db);
  return rows.map(({ violation }) => violation);
};

const checkAppendOnly = async (
  db: QueryExecutorProvider,
  appRole: string,
  table: string,
  columns: readonly string[],
): Promise<string[]> => {
  const { rows } = await sql<{ privilege: string }>`
    select privilege from unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) as privilege
    where has_table_privilege(${appRole}, 'public.' || quote_ident(${table}), privilege)`.execute(db);
  const { rows: changeable } = await sql<{ column: string }>`
    select attname as column from pg_attribute
    where attrelid = ('public.' || quote_ident(${table}))::regclass and attnum > 0 and not attisdropped
      and has_column_privilege(${appRole}, attrelid, attnum, 'UPDATE')`.execute(db);
  return [
    ...rows.map(({ privilege }) => `table ${table} is append-only and ${appRole} has ${privilege}`),
    ...changeable
      .filter(({ column }) => !columns.includes(column))
      .map(({ column }) => `table ${table} is append-only and ${appRole} may change ${column}`),
  ];
};
