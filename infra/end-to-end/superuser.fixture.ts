import { Client } from 'pg';
import { inject } from 'vitest';
import type { ServiceName } from '../local/secrets.ts';

/**
 * Runs a statement in a service's database as the superuser, past every constraint that is a trigger: what it writes is
 * what nobody else could. Fails if no row was touched.
 */
export const asSuperuser = async (
  service: ServiceName,
  text: string,
  values: readonly unknown[],
): Promise<unknown[]> => {
  const client = new Client({
    connectionString: inject('stack').postgres.adminUrl.replace(/\/postgres$/, `/simlane_${service}`),
  });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    const { rows, rowCount } = await client.query(text, [...values]);
    if (rowCount === 0) throw new Error(`nothing was changed by: ${text}`);
    return rows;
  } finally {
    await client.end();
  }
};
