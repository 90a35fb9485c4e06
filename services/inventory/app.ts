import type { Logger } from '@simlane/service-kit/logger';
import { checkPool } from '@simlane/service-kit/postgres';
import { buildInternalServer, buildServer } from '@simlane/service-kit/server';
import type { TokenVerifier } from '@simlane/service-kit/tokens';
import type { FastifyInstance } from 'fastify';
import { addActionListRoutes } from './actions/action-list.routes.ts';
import { addActionProfileRoutes } from './actions/action-profile.routes.ts';
import type { Catalog } from './actions/catalog.ts';
import type { Database } from './database.ts';
import { addFleetRoutes } from './fleet/fleet.routes.ts';
import { addReplacementRoutes } from './replacement/replacement.routes.ts';
import { addSeedRoutes } from './seed/seed.routes.ts';
import { addTimelineRoutes } from './timeline/timeline.routes.ts';

export interface Dependencies {
  readonly db: Database;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  readonly seeding: 'allowed' | 'refused';
  readonly readOnly?: boolean;
  readonly checkAnswers?: boolean;
  readonly callsPerMinute?: number | 'off';
  readonly pressure?: 'shed' | 'off';
}

const DESCRIPTION =
  'Devices, lines and SIMs of an account, the actions that can be run on them with each condition, and who may run which.';

/** Both faces of inventory, ready to listen: the public API, and the internal one on a port of its own. */
export const buildApp = async (
  dependencies: Dependencies,
): Promise<{ public: FastifyInstance; internal: FastifyInstance }> => {
  const { db, catalog, logger, tokens, seeding, readOnly, checkAnswers, callsPerMinute, pressure } = dependencies;
  const common = {
    name: 'inventory',
    logger,
    tokens,
    ready: { postgres: checkPool(db.pool) },
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(checkAnswers === undefined ? {} : { checkAnswers }),
    ...(pressure === undefined ? {} : { pressure }),
  };
  const publicApp = await buildServer({
    ...common,
    description: DESCRIPTION,
    ...(callsPerMinute === undefined ? {} : { callsPerMinute }),
  });
  addFleetRoutes(publicApp, db);
  addActionListRoutes(publicApp, { db, catalog });
  addActionProfileRoutes(publicApp, db);
  addTimelineRoutes(publicApp, db);

  const internalApp = await buildInternalServer(common);
  addReplacementRoutes(internalApp, { db, catalog });
  addSeedRoutes(internalApp, { db, seeding });
  return { public: publicApp, internal: internalApp };
};
