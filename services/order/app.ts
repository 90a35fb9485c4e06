import type { DueLoop } from '@simlane/service-kit/due-loop';
import type { ReadinessChecks } from '@simlane/service-kit/health';
import type { Logger } from '@simlane/service-kit/logger';
import type { Sealer } from '@simlane/service-kit/sealing';
import { buildInternalServer, buildServer } from '@simlane/service-kit/server';
import type { TokenVerifier } from '@simlane/service-kit/tokens';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from './catalog.ts';
import type { Db } from './database.ts';
import { addDecisionRoutes } from './deciding/decision.routes.ts';
import type { Inventory } from './inventory.ts';
import { addOrderRoutes } from './ordering/order.routes.ts';
import { addProcessingRoutes } from './processing/processing.routes.ts';
import { addProviderRoutes, addProviderSeedRoute } from './provider/provider.routes.ts';
import type { ProviderClient } from './provider/provider-client.ts';
import { createConnectionKeeper } from './provider/provider-connection.service.ts';
import type { ProviderServices } from './sim-services/provider-services.ts';
import { addServiceCallRoutes } from './sim-services/service-call.routes.ts';

export interface Dependencies {
  readonly db: Db;
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  readonly ready: ReadinessChecks;
  readonly catalog: Catalog;
  readonly inventory: Inventory;
  readonly provider: ProviderClient;
  readonly services: ProviderServices;
  readonly sealer: Sealer;
  readonly loop: Pick<DueLoop, 'kick'>;
  readonly publicUrl: string;
  readonly seeding: 'allowed' | 'refused';
  readonly readOnly?: boolean;
  /** See the options of the servers in service-kit. */
  readonly server?: { checkAnswers?: boolean; callsPerMinute?: 'off'; pressure?: 'off' };
}

/** The two faces of the order service: what users and providers reach, and what the worker reaches. */
export const buildApp = async (
  dependencies: Dependencies,
): Promise<{ public: FastifyInstance; internal: FastifyInstance }> => {
  const { db, sealer, logger, tokens, ready, loop, readOnly = false, server = {} } = dependencies;
  const kick = (): void => loop.kick();
  const connections = createConnectionKeeper({ db, sealer });

  const app = await buildServer({
    name: 'orders',
    logger,
    tokens,
    ready,
    readOnly,
    description: DESCRIPTION,
    ...server,
  });
  addOrderRoutes(app, { ...dependencies, kick });
  addDecisionRoutes(app, { ...dependencies, kick });
  addProviderRoutes(app, { ...dependencies, connections, kick });

  const internal = await buildInternalServer({ name: 'orders', logger, tokens, ready, readOnly, ...server });
  addProcessingRoutes(internal, { ...dependencies, connections, kick });
  addServiceCallRoutes(internal, { ...dependencies, connections });
  if (dependencies.seeding === 'allowed') addProviderSeedRoute(internal, connections);
  return { public: app, internal };
};

const DESCRIPTION =
  'Orders that switch a physical SIM to an eSIM or replace an eSIM: drafts, confirmation, what became of them; and ' +
  'the conversation with providers: their connections and their signals.';
