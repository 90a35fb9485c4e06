import { driftProposalRoutes } from '@simlane/contracts/http/drift-proposals';
import { serviceReconciliationInternalRoutes } from '@simlane/contracts/http/service-reconciliation-internal';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.ts';
import { pageOfNewest } from '../fleet/page.ts';
import type { ServiceChanges } from '../sim-services/service-ground.ts';
import { decideDrift, listDriftProposals, readProposal } from './drift-decision.service.ts';
import { askForReconciliation, recordReported, showReconciliation, takePortion } from './reconciliation.service.ts';

/** What providers have answered of a portion: 20 SIMs (`PORTION_SIMS`), 64 kB each. */
const LARGEST_REPORT_BYTES = 2 * 1024 * 1024;

/** `/inventory/v1/drift-proposals…` and `/inventory/v1/service-reconciliations…`, for users. */
export const addDriftRoutes = (
  app: FastifyInstance,
  changes: ServiceChanges & { readonly onDue: () => void },
): void => {
  const { db } = changes;
  servePublic(app, driftProposalRoutes.listDriftProposals, ({ query, caller }) => {
    const { cursor, limit, ...filters } = query;
    const page = pageOfNewest({ cursor, limit });
    return listDriftProposals(db, caller, filters, page);
  });
  servePublic(app, driftProposalRoutes.getDriftProposal, ({ params, caller }) => readProposal(db, caller, params.id));
  servePublic(app, driftProposalRoutes.decideDrift, ({ params, body: { reason = null, ...body }, caller }) =>
    decideDrift(changes, caller, params.id, { ...body, reason }),
  );
  servePublic(app, driftProposalRoutes.askForReconciliation, ({ body, caller }) =>
    askForReconciliation(changes, caller, body.simId ?? null),
  );
  servePublic(app, driftProposalRoutes.getReconciliation, ({ params, caller }) =>
    showReconciliation(db, caller, params.id),
  );
};

/** What the workflow of a reconciliation asks for. */
export const addReconciliationInternalRoutes = (app: FastifyInstance, db: Database): void => {
  app.addHook('onRoute', (route) => {
    if (route.url === serviceReconciliationInternalRoutes.recordReported.path) route.bodyLimit = LARGEST_REPORT_BYTES;
  });
  serveInternal(
    app,
    serviceReconciliationInternalRoutes.takePortion,
    async ({ params: { reconciliationId: id }, caller: { accountId } }) => ({
      portion: await takePortion(db, { accountId, id }),
    }),
  );
  serveInternal(
    app,
    serviceReconciliationInternalRoutes.recordReported,
    async ({ params: { reconciliationId: id }, body, caller: { accountId } }) => {
      await recordReported(db, { accountId, id }, body);
      return {};
    },
  );
};
