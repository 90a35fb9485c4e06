import { Client } from 'pg';
import { type LocalSecrets, SERVICES, type ServiceName } from '../secrets.ts';
import { adminUrl } from './postgres.ts';

/** The two roles of a service: `owner` runs migrations; `app` owns nothing and is bound by row-level security. */
export interface DatabaseUrls {
  readonly app: string;
  readonly owner: string;
}

export function databaseUrls(service: ServiceName, port: number, secrets: LocalSecrets): DatabaseUrls {
  const url = (role: 'app' | 'owner') =>
    `postgresql://${service}_${role}:${secrets.databases[service][role]}@127.0.0.1:${port}/simlane_${service}`;
  return { app: url('app'), owner: url('owner') };
}

/** Makes each service's database and its two roles; a repeat changes nothing but sets the passwords again. */
export async function createDatabases(port: number, secrets: LocalSecrets): Promise<void> {
  const admin = adminUrl({ port, password: secrets.postgresPassword });
  await withClient(admin, async (client) => {
    for (const service of SERVICES) {
      for (const role of ['owner', 'app'] as const) {
        await createRole(client, `${service}_${role}`, secrets.databases[service][role]);
      }
      await createDatabase(client, `simlane_${service}`, `${service}_owner`);
    }
  });
  await Promise.all(
    SERVICES.map((service) =>
      withClient(admin.replace(/\/postgres$/, `/simlane_${service}`), async (client) => {
        await client.query(`alter schema public owner to ${service}_owner`);
        await client.query(`grant usage on schema public to ${service}_app`);
      }),
    ),
  );
}

async function createRole(client: Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  await client.query(
    `${rowCount ? 'alter' : 'create'} role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole ` +
      `password ${client.escapeLiteral(password)}`,
  );
}

async function createDatabase(client: Client, database: string, owner: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (!rowCount) await client.query(`create database ${database} owner ${owner}`);
  // Nobody but the service's own two roles gets in.
  await client.query(`revoke all on database ${database} from public`);
  await client.query(`grant connect on database ${database} to ${owner.replace('_owner', '_app')}`);
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
