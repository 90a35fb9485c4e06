import { catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db } from './database.ts';
import { listOrderableEsims } from './esim-article.service.ts';

export const addEsimArticleRoutes = (app: { internal: FastifyInstance }, db: Db): void => {
  serveInternal(app.internal, catalogInternalRoutes.listEsimArticles, async ({ caller, query }) => ({
    items: await listOrderableEsims(db, caller.accountId, query.providerId),
  }));
};
