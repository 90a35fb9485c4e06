import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderStatus } from '@simlane/contracts/order';
import { Client } from 'pg';

/** How far an order has come, as far as a bench waits for it. Each includes the ones before it. */
export type Milestone = 'submitted' | 'in_progress' | 'processed' | 'told';

/** Much finer than the runs that are measured with it, and coarse enough that looking costs next to nothing. */
const LOOK_EVERY_MS = 25;
const REACHED_WITHIN_MS = 60_000;

interface Seen {
  readonly id: string;
  readonly status: OrderStatus;
  readonly submitted: boolean;
  readonly told: boolean;
}

/** Sees orders come along: one small query for all of them, straight from the database, so that looking is no load. */
export interface OrderWatch {
  /** Resolves once the milestone is committed, from when on every reader sees it. Rejects after a minute, or at another end. */
  until(orderId: string, milestone: Milestone): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly orderId: string;
  readonly milestone: Milestone;
  readonly giveUpAt: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export async function watchOrders(databaseUrl: string): Promise<OrderWatch> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  await client.connect();
  let waiting: Waiting[] = [];
  const closing = new AbortController();

  const look = async (): Promise<void> => {
    const ids = [...new Set(waiting.map(({ orderId }) => orderId))];
    const { rows } = await client.query<Seen>({
      name: 'watch',
      text: `select id, status, submitted_at is not null as submitted, manager_told_at is not null as told
        from "order" where id = any ($1)`,
      values: [ids],
    });
    const seen = new Map(rows.map((row) => [row.id, row]));
    const asked = waiting;
    waiting = [];
    for (const one of asked) settle(one, seen.get(one.orderId));
  };

  const settle = (one: Waiting, seen: Seen | undefined): void => {
    if (seen && hasReached(seen, one.milestone)) one.resolve();
    else if (seen?.status === 'cancelled') one.reject(new Error(`Order ${one.orderId} was cancelled`));
    else if (Date.now() > one.giveUpAt) {
      one.reject(new Error(`Order ${one.orderId} is ${seen?.status}, not ${one.milestone}, after a minute`));
    } else waiting.push(one);
  };

  const loop = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      if (waiting.length > 0) await look();
      await sleep(LOOK_EVERY_MS);
    }
  };
  const ended = loop().catch((error: Error) => {
    for (const { reject } of waiting) reject(error);
  });

  return {
    until: (orderId, milestone) =>
      new Promise((resolve, reject) => {
        waiting.push({ orderId, milestone, giveUpAt: Date.now() + REACHED_WITHIN_MS, resolve, reject });
      }),
    close: async () => {
      closing.abort();
      await ended;
      await client.end().catch(() => {});
    },
  };
}

function hasReached({ status, submitted, told }: Seen, milestone: Milestone): boolean {
  switch (milestone) {
    case 'submitted':
      return submitted;
    case 'in_progress':
      return status === 'in_progress' || status === 'processed';
    case 'processed':
      return status === 'processed';
    case 'told':
      return told;
  }
}
