import pg from 'pg';
import { inject } from 'vitest';

const OWED = {
  order: { service: 'order', kind: 'order' },
  qrRequest: { service: 'inventory', kind: 'qr_request' },
} as const;

/**
 * If what the order or the request is owed was delivered once, in vain so far, it is delivered again now: by itself
 * that is after a minute, which a test does not have.
 */
export const dueAgain = async (id: string, what: keyof typeof OWED = 'order'): Promise<void> => {
  const { service, kind } = OWED[what];
  const once = `update due set due_at = now(), lease = null where kind = $1 and id = $2 and tries = 1`;
  await queryAt(service, once, [kind, id]);
};

/** Whatever SIMs are owed is delivered now, be it for later, or being handled at this moment. */
export const simsDueNow = (): Promise<void> =>
  queryAt('inventory', `update due set due_at = now(), lease = null where kind = 'sim_services'`, []);

const queryAt = async (service: 'order' | 'inventory', query: string, values: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('stack').databases[service].app });
  await client.connect();
  try {
    await client.query(query, [...values]);
  } finally {
    await client.end();
  }
};
