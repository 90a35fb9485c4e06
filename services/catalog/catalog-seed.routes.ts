import { catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { putSeed } from './catalog-seed.service.ts';
import type { Db } from './database.ts';

export const addSeedRoutes = (app: { internal: FastifyInstance }, db: Db): void => {
  serveInternal(app.internal, catalogInternalRoutes.seed, async ({ caller, body }) => {
    await putSeed(db, caller.accountId, body);
    return undefined;
  });
};
