import type { Logger } from '@simlane/service-kit/logger';
import { checkPool } from '@simlane/service-kit/postgres';
import { buildInternalServer, buildServer } from '@simlane/service-kit/server';
import type { TokenVerifier } from '@simlane/service-kit/tokens';
import type { FastifyInstance } from 'fastify';
import { addAccountRoutes } from './account.ts';
import { addSeedRoutes } from './catalog-seed.routes.ts';
import type { Db } from './database.ts';
import { addDistributorRoutes } from './distributor.ts';
import { addEsimArticleRoutes } from './esim-article.routes.ts';
import { addOrderPackRoutes } from './order-pack.ts';
import { addProviderRoutes } from './provider.ts';
import { addRatePlanRoutes } from './service-profile/rate-plan.routes.ts';
import { addServicePackRoutes } from './service-profile/service-pack.routes.ts';
import { addServiceProfileRoutes } from './service-profile/service-profile.routes.ts';

const DESCRIPTION =
  'Account settings, providers, distributors and their contacts, order packs and their articles; service packs, rate plans and service profiles.';

interface Dependencies {
  readonly db: Db;
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  /** Where it is refused, the route that writes example data is not there. */
  readonly seeding: 'allowed' | 'refused';
  readonly readOnly?: boolean;
  readonly checkAnswers?: boolean;
  readonly callsPerMinute?: number | 'off';
  readonly pressure?: 'shed' | 'off';
}

/** Catalog, ready to listen: the public API and the internal one. */
export const buildApp = async (
  dependencies: Dependencies,
): Promise<{ public: FastifyInstance; internal: FastifyInstance }> => {
  const { db, seeding } = dependencies;
  const options = {
    ...dependencies,
    name: 'catalog',
    description: DESCRIPTION,
    ready: { postgres: checkPool(db.pool) },
  };
  const app = { public: await buildServer(options), internal: await buildInternalServer(options) };
  addAccountRoutes(app, db);
  addProviderRoutes(app, db);
  addDistributorRoutes(app, db);
  addOrderPackRoutes(app, db);
  addEsimArticleRoutes(app, db);
  addServicePackRoutes(app, db);
  addRatePlanRoutes(app, db);
  addServiceProfileRoutes(app, db);
  if (seeding === 'allowed') addSeedRoutes(app, db);
  return app;
};
