import { catalogRoutes, type OrderPack } from '@simlane/contracts/http/catalog';
import type { FastifyInstance } from 'fastify';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { articleColumns, toArticle } from './article.ts';
import type { Db, Tx } from './database.ts';
import { type Resource, resource } from './resource.ts';
import { timeOrNull } from './time.ts';

const select = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('order_pack')
    .select((pack) => [
      'id',
      'name',
      'archived_at as archivedAt',
      jsonArrayFrom(
        pack
          .selectFrom('order_pack_article as entry')
          .innerJoin('article', (join) =>
            join.onRef('article.account_id', '=', 'entry.account_id').onRef('article.id', '=', 'entry.article_id'),
          )
          .select(articleColumns)
          .whereRef('entry.account_id', '=', 'order_pack.account_id')
          .whereRef('entry.pack_id', '=', 'order_pack.id')
          .orderBy('entry.position'),
      ).as('articles'),
    ])
    .where('account_id', '=', accountId);

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const orderPacks: Resource<Row, OrderPack> = {
  select,
  toItem: (row) => ({ ...row, archivedAt: timeOrNull(row.archivedAt), articles: row.articles.map(toArticle) }),
};

/** Order packs with their articles, in the pack's own order. */
export const addOrderPackRoutes = (app: { public: FastifyInstance }, db: Db): void => {
  const { listOrderPacks: list, getOrderPack: get } = catalogRoutes;
  resource(app.public, db, { list, get }, orderPacks);
};
