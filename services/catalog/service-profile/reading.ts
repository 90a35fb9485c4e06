import { notFound } from '@simlane/service-kit/problem';
import { setVersion } from '@simlane/service-kit/if-match';
import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import { providers } from '../provider.ts';
import { findItem, type Resource } from '../resource.ts';
import { requireUnarchived } from './versioned.ts';

/** @throws ProblemError `not_found` */
export const readItem = async <Row extends { id: string; name: string }, Item>(
  tx: Tx,
  accountId: string,
  id: string,
  resource: Resource<Row, Item>,
): Promise<Item> => {
  const item = await findItem(tx, accountId, id, resource);
  if (item === undefined) throw notFound();
  return item;
};

/** Those of one provider, or of all. */
export const ofProvider = <Row extends { id: string; name: string }, Item>(
  { select, toItem }: Resource<Row, Item>,
  providerId: string | undefined,
): Resource<Row, Item> => ({
  toItem,
  select: (tx, accountId) => {
    const all = select(tx, accountId);
    return providerId === undefined ? all : all.where(sql<boolean>`provider_id = ${providerId}`);
  },
});

/** @throws ProblemError `not_found`, `archived` */
export const requireProvider = async (tx: Tx, accountId: string, id: string): Promise<void> => {
  const provider = await findItem(tx, accountId, id, providers);
  if (provider === undefined) throw notFound('There is no such provider');
  requireUnarchived('provider', provider);
};

/** Answers with the item, and tells its version as the `ETag` that an edit names. */
export const withVersion = <Item extends { version: number }>(reply: FastifyReply, item: Item): Item => {
  setVersion(reply, item.version);
  return item;
};
