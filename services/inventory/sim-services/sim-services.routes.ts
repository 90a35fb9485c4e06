import { LARGEST_CALLS_BYTES } from '@simlane/contracts/http/service-calls';
import { simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { simServicesInternalRoutes } from '@simlane/contracts/http/sim-services-internal';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { pageOfNewest } from '../fleet/page.ts';
import { editProfile, previewEdit } from '../service-rollout/profile-edit.service.ts';
import type { Rollouts } from '../service-rollout/rollout-ground.ts';
import { turnPortion } from './scheduled-plans.service.ts';
import {
  cancelChange,
  createChange,
  listServiceChanges,
  previewChange,
  readChange,
  retryChange,
} from './service-change.service.ts';
import type { ServiceChanges } from './service-ground.ts';
import {
  claimServices,
  openNextCall,
  openNextCalls,
  recordManyResults,
  recordResults,
} from './services-steps.service.ts';
import { listTargets, showServices } from './services-view.service.ts';

/** An answer for each option of the largest pack and for the plan, each with 2,000 characters of the provider's words. */
const LARGEST_RESULTS_BYTES = 1024 * 1024;

/** `/inventory/v1/sims/{id}/services…` and `/inventory/v1/service-changes…`, for users. */
export const addSimServiceRoutes = (app: FastifyInstance, changes: ServiceChanges & Rollouts): void => {
  const { db } = changes;
  servePublic(app, simServiceRoutes.getSimServices, ({ params, caller }) => showServices(db, caller, params.id));
  servePublic(app, simServiceRoutes.listServiceProfileTargets, ({ params, query, caller }) =>
    listTargets(changes, caller, params.id, query),
  );
  servePublic(app, simServiceRoutes.previewServiceChange, ({ body, caller }) =>
    body.kind === 'edit_profile' ? previewEdit(changes, caller, body) : previewChange(changes, caller, body),
  );
  servePublic(app, simServiceRoutes.createServiceChange, ({ body, caller, idempotencyKey }) =>
    body.kind === 'edit_profile'
      ? editProfile(changes, caller, body, idempotencyKey)
      : createChange(changes, caller, body, idempotencyKey),
  );
  servePublic(app, simServiceRoutes.listServiceChanges, ({ query, caller }) => {
    const { cursor, limit, ...filters } = query;
    const page = pageOfNewest({ cursor, limit });
    return listServiceChanges(db, caller, filters, page);
  });
  servePublic(app, simServiceRoutes.getServiceChange, ({ params, caller }) => readChange(db, caller, params.id));
  servePublic(app, simServiceRoutes.cancelServiceChange, ({ params, caller }) =>
    cancelChange(changes, caller, params.id),
  );
  servePublic(app, simServiceRoutes.retryServiceChange, ({ params, caller }) =>
    retryChange(changes, caller, params.id),
  );
};

/** What the workflows of a SIM's services, of a rollout and of the first of a month ask for. */
export const addSimServicesInternalRoutes = (
  app: FastifyInstance,
  { db, serviceCatalog }: Pick<ServiceChanges, 'db' | 'serviceCatalog'>,
): void => {
  app.addHook('onRoute', (route) => {
    if (route.url === simServicesInternalRoutes.recordResults.path) route.bodyLimit = LARGEST_RESULTS_BYTES;
  });
  serveInternal(app, simServicesInternalRoutes.claim, ({ params, caller: { accountId } }) =>
    claimServices(db, { accountId, ...params }),
  );
  serveInternal(app, simServicesInternalRoutes.openNextCall, ({ params, caller: { accountId } }) =>
    openNextCall(db, { accountId, ...params }),
  );
  serveInternal(app, simServicesInternalRoutes.recordResults, ({ params, body, caller: { accountId } }) =>
    recordResults(db, { accountId, simId: params.simId }, { callId: params.callId, results: body.results }),
  );
  serveInternal(app, simServicesInternalRoutes.openNextCalls, ({ body, caller: { accountId } }) =>
    openNextCalls(db, accountId, body.simIds),
  );
  app.addHook('onRoute', (route) => {
    if (route.url === simServicesInternalRoutes.recordManyResults.path) route.bodyLimit = LARGEST_CALLS_BYTES;
  });
  serveInternal(app, simServicesInternalRoutes.recordManyResults, ({ body, caller: { accountId } }) =>
    recordManyResults(db, accountId, body.calls),
  );
  serveInternal(app, simServicesInternalRoutes.turnScheduledPlans, ({ params, caller: { accountId } }) =>
    turnPortion({ db, serviceCatalog }, { accountId, ...params }),
  );
};
