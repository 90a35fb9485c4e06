import type { Logger } from '@simlane/service-kit/logger';
import type { MailedLinks } from '@simlane/service-kit/mailed-link';
import { checkPool } from '@simlane/service-kit/postgres';
import type { Sealer } from '@simlane/service-kit/sealing';
import { buildInternalServer, buildServer, UPLOAD_TIMEOUT_MS } from '@simlane/service-kit/server';
import type { TokenVerifier } from '@simlane/service-kit/tokens';
import type { FastifyInstance } from 'fastify';
import { addActionListRoutes } from './actions/action-list.routes.ts';
import { addActionProfileRoutes } from './actions/action-profile.routes.ts';
import type { Catalog } from './actions/catalog.ts';
import type { Database } from './database.ts';
import type { Decoder } from './decoding/decoder.ts';
import { addDriftRoutes, addReconciliationInternalRoutes } from './drift/drift.routes.ts';
import { addFleetRoutes } from './fleet/fleet.routes.ts';
import { DECODING_LIMITS, UPLOAD_LIMITS } from './qr-code/limits.ts';
import { addLinkPageRoutes } from './qr-code/link-pages.routes.ts';
import type { OriginalStore } from './qr-code/original-store.ts';
import { addQrCodeRoutes } from './qr-code/qr-code.routes.ts';
import { addQrCodeInternalRoutes } from './qr-code/qr-code-internal.routes.ts';
import { createTurns } from './qr-code/turns.ts';
import { addReplacementRoutes } from './replacement/replacement.routes.ts';
import { addSeedRoutes } from './seed/seed.routes.ts';
import { addServiceRolloutInternalRoutes, addServiceRolloutRoutes } from './service-rollout/rollout.routes.ts';
import type { ServiceCatalog } from './sim-services/service-catalog.ts';
import type { ServiceChanges } from './sim-services/service-ground.ts';
import { addServiceListRoutes } from './sim-services/service-lists.routes.ts';
import { addSimServiceRoutes, addSimServicesInternalRoutes } from './sim-services/sim-services.routes.ts';
import { addTimelineRoutes } from './timeline/timeline.routes.ts';

export interface Dependencies {
  readonly db: Database;
  readonly catalog: Catalog;
  readonly serviceCatalog: ServiceCatalog;
  readonly decoder: Decoder;
  readonly originals: OriginalStore;
  readonly sealer: Sealer;
  readonly links: MailedLinks;
  /** Called after something has become due and is committed. */
  readonly onDue: () => void;
  /** Called after something is wanted of a SIM's services and is committed. */
  readonly onServicesWanted: ServiceChanges['onWanted'];
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  readonly seeding: 'allowed' | 'refused';
  readonly readOnly?: boolean;
  readonly checkAnswers?: boolean;
  readonly callsPerMinute?: number | 'off';
  readonly pressure?: 'shed' | 'off';
}

const DESCRIPTION =
  'Devices, lines and SIMs of an account, the actions that can be run on them with each condition, who may run which, eSIM QR codes: asked for, read, shown, sent, and what each SIM may do: wanted, confirmed, scheduled.';

/** Both faces of inventory, ready to listen: the public API, and the internal one on a port of its own. */
export const buildApp = async (
  dependencies: Dependencies,
): Promise<{ public: FastifyInstance; internal: FastifyInstance }> => {
  const { db, catalog, serviceCatalog, logger, tokens, seeding, readOnly, checkAnswers, callsPerMinute, pressure } =
    dependencies;
  const { decoder, originals, sealer, links, onDue, onServicesWanted } = dependencies;
  const turns = { uploading: createTurns(UPLOAD_LIMITS), decoding: createTurns(DECODING_LIMITS) };
  const qrCodes = { db, catalog, decoder, originals, sealer, links, onDue, turns };
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
    requestTimeoutMs: UPLOAD_TIMEOUT_MS,
    ...(callsPerMinute === undefined ? {} : { callsPerMinute }),
  });
  addFleetRoutes(publicApp, db);
  addActionListRoutes(publicApp, { db, catalog });
  addActionProfileRoutes(publicApp, db);
  addTimelineRoutes(publicApp, db);
  addQrCodeRoutes(publicApp, qrCodes);
  addLinkPageRoutes(publicApp, qrCodes);
  const serviceChanges = { db, serviceCatalog, onWanted: onServicesWanted, onDue };
  addSimServiceRoutes(publicApp, serviceChanges);
  addServiceListRoutes(publicApp, db);
  addServiceRolloutRoutes(publicApp, serviceChanges);
  addDriftRoutes(publicApp, serviceChanges);

  const internalApp = await buildInternalServer(common);
  addReplacementRoutes(internalApp, { db, catalog });
  addQrCodeInternalRoutes(internalApp, qrCodes);
  addSimServicesInternalRoutes(internalApp, { db, serviceCatalog });
  addServiceRolloutInternalRoutes(internalApp, { db, serviceCatalog, onDue });
  addReconciliationInternalRoutes(internalApp, db);
  addSeedRoutes(internalApp, { db, seeding });
  return { public: publicApp, internal: internalApp };
};
