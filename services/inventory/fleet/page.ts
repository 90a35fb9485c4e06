import { idSchema } from '@simlane/contracts/http/primitives';
import { decodeCursor } from '@simlane/service-kit/pages';
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';

/** Lists are in the order of ids, which stays as it is whatever is added or changed. */
const afterId = z.tuple([idSchema]);

/** The id after which the page begins; null for the first one. */
export const idBefore = (cursor: string | undefined): string | null =>
  cursor === undefined ? null : decodeCursor(afterId, cursor)[0];

/** Where one page of a list begins and how many items it has. */
export interface PageOfIds {
  readonly afterId: string | null;
  readonly limit: number;
}

export const pageOfIds = ({ cursor, limit }: { cursor?: string | undefined; limit: number }): PageOfIds => ({
  afterId: idBefore(cursor),
  limit,
});

/** Where one page of a list begins that has the newest first. */
export interface PageOfNewest {
  readonly beforeId: string | null;
  readonly limit: number;
}

export const pageOfNewest = ({ cursor, limit }: { cursor?: string | undefined; limit: number }): PageOfNewest => ({
  beforeId: idBefore(cursor),
  limit,
});

interface NewestRows<Row> {
  where(column: 'id', operator: '<', id: string): NewestRows<Row>;
  orderBy(column: 'id', direction: 'desc'): NewestRows<Row>;
  limit(rows: number): NewestRows<Row>;
  execute(): Promise<Row[]>;
}

/** The rows of a page of the newest, and the surplus one that tells whether there is more. */
export const readNewest = <Row>(rows: NewestRows<Row>, { beforeId, limit }: PageOfNewest): Promise<Row[]> =>
  (beforeId === null ? rows : rows.where('id', '<', beforeId))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();

/**
 * The ids of one page of rows that can be found in several ways. Each way gives its own first ones, by its own index
 * or in the order of ids, whichever PostgreSQL finds shorter: the first of each are enough to know the first of all,
 * and however much is found, no more than a page of it is read.
 *
 * @param ways queries of one column `id` each, with all conditions, without order and limit
 */
export const firstIds = (ways: readonly RawBuilder<unknown>[], { limit }: PageOfIds): RawBuilder<unknown> => {
  const surplus = limit + 1;
  const firsts = ways.map((way) => sql`(${way} order by 1 limit ${surplus})`);
  return sql`(select f.id from (${sql.join(firsts, sql` union `)}) f order by f.id limit ${surplus})`;
};
