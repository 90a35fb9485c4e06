import type { EndReason, OrderStatus } from '@simlane/contracts/order';
import { Client } from 'pg';
import type { StackInfo } from '../local/stack-info.ts';

export interface SeenOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly endReason: EndReason | null;
  readonly submitted: boolean;
  readonly told: boolean;
}

const CONNECT_WITHIN_MS = 3_000;

/** Runs one statement in a service's database as the superuser, over a connection of its own: the last may have died. */
export const inDatabase = async <T>(
  { postgres }: StackInfo,
  service: 'order' | 'inventory',
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> => {
  const client = new Client({
    connectionString: postgres.adminUrl.replace(/\/postgres$/, `/simlane_${service}`),
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(text, [...values])).rows as T[];
  } finally {
    await client.end().catch(() => {});
  }
};

/** These orders as they stand in the database, where an API that is down cannot hide them. */
export const seeOrders = (stack: StackInfo, ids: readonly string[]): Promise<SeenOrder[]> =>
  inDatabase<SeenOrder>(
    stack,
    'order',
    `select id, status, end_reason as "endReason", submitted_at is not null as submitted,
      manager_told_at is not null as told from "order" where id = any ($1)`,
    [ids],
  );
