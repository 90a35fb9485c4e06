import pg from 'pg';
import { inject } from 'vitest';

/**
 * If what the order is owed was delivered once, in vain so far, it is delivered again now: by itself that is after a
 * minute, which a test does not have.
 */
export const dueAgain = async (orderId: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('stack').databases.order.app });
  await client.connect();
  try {
    const once = `update due set due_at = now(), lease = null where kind = 'order' and id = $1 and tries = 1`;
    await client.query(once, [orderId]);
  } finally {
    await client.end();
  }
};
