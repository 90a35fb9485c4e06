import { notFound } from '@simlane/service-kit/problem';
import { setVersion } from '@simlane/service-kit/if-match';
import type { FastifyReply } from 'fastify';
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
