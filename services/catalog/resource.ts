import type { catalogRoutes } from '@simlane/contracts/http/catalog';
import { idSchema } from '@simlane/contracts/http/primitives';
import type { PublicRoute } from '@simlane/contracts/http/route';
import { decodeCursor, toPage } from '@simlane/service-kit/pages';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { CatalogDatabase, Db, Tx } from './database.ts';

/** Reference data that is kept, archived and read, and has no rule: from a row to what users get, and nothing more. */
export interface Resource<Row extends { id: string; name: string }, Item> {
  /** All rows of the account, without order or limit, from one table with the columns `id`, `name` and `archived_at`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- which table it is only its own file knows
  readonly select: (tx: Tx, accountId: string) => SelectQueryBuilder<CatalogDatabase, any, Row>;
  readonly toItem: (row: Row) => Item;
}

type ListRoute = PublicRoute & Pick<typeof catalogRoutes.listProviders, 'query'>;
type GetRoute = PublicRoute & Pick<typeof catalogRoutes.getProvider, 'params'>;
type PageOf<Item> = { items: Item[]; nextCursor: string | null };

/** The two read routes of a resource: its list, by name in pages that an insertion does not move, and one by id. */
export const resource = <
  Row extends { id: string; name: string },
  Item,
  List extends ListRoute & { answer: z.ZodType<PageOf<Item>> },
  Get extends GetRoute & { answer: z.ZodType<Item> },
>(
  app: FastifyInstance,
  db: Db,
  routes: { list: List; get: Get },
  definition: Resource<Row, Item>,
): void => {
  servePublic<ListRoute>(app, routes.list, ({ caller: { accountId }, query }) =>
    readInAccount(db, accountId, (tx) => listItems(tx, accountId, { path: routes.list.path, ...query }, definition)),
  );

  servePublic<GetRoute>(app, routes.get, async ({ caller: { accountId }, params: { id } }) => {
    const item = await readInAccount(db, accountId, (tx) => findItem(tx, accountId, id, definition));
    if (item === undefined) throw notFound();
    return item;
  });
};

interface PageByName {
  /** Of the list: a cursor of one list is none of another. */
  readonly path: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly includeArchived: boolean;
}

/** A page of the items by name, then by id. */
export const listItems = async <Row extends { id: string; name: string }, Item>(
  tx: Tx,
  accountId: string,
  { path, limit, cursor, includeArchived }: PageByName,
  { select, toItem }: Resource<Row, Item>,
): Promise<PageOf<Item>> => {
  const cursorSchema = z.tuple([z.literal(path), z.string(), idSchema]);
  const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor);
  let page = select(tx, accountId)
    .orderBy('name')
    .orderBy('id')
    .limit(limit + 1);
  if (!includeArchived) page = page.where(sql<boolean>`archived_at is null`);
  if (after !== undefined) page = page.where(sql<boolean>`(name, id) > (${after[1]}, ${after[2]}::uuid)`);
  return toPage(await page.execute(), limit, ({ name, id }) => [path, name, id], toItem);
};

/** One item, archived or not; undefined where the account has none with this id. */
export const findItem = async <Row extends { id: string; name: string }, Item>(
  tx: Tx,
  accountId: string,
  id: string,
  { select, toItem }: Resource<Row, Item>,
): Promise<Item | undefined> => {
  const [row] = await select(tx, accountId).where(sql<boolean>`id = ${id}`).execute();
  return row && toItem(row);
};
