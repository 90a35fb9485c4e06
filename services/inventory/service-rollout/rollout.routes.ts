import {
  LARGEST_ROLLOUT_BYTES,
  serviceRolloutInternalRoutes,
  serviceRolloutRoutes,
} from '@simlane/contracts/http/service-rollouts';
import { decodeCursor } from '@simlane/service-kit/pages';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pageOfIds, pageOfNewest } from '../fleet/page.ts';
import { movePortion } from './portion.service.ts';
import type { Rollouts } from './rollout-ground.ts';
import { previewRollout } from './rollout-preview.service.ts';
import {
  cancel,
  createRollout,
  listRollouts,
  listRolloutSims,
  pause,
  readRollout,
  readRolloutTimeline,
  resume,
  retryRollout,
} from './rollout.service.ts';

const afterPosition = z.tuple([z.int()]);

const LARGE_BODIES: readonly string[] = [
  serviceRolloutRoutes.createServiceRollout.path,
  serviceRolloutRoutes.previewServiceRollout.path,
];

/** `/inventory/v1/service-rollouts…`, for users. */
export const addServiceRolloutRoutes = (app: FastifyInstance, rollouts: Rollouts): void => {
  const { db } = rollouts;
  const routes = serviceRolloutRoutes;
  app.addHook('onRoute', (route) => {
    if (LARGE_BODIES.includes(route.url)) route.bodyLimit = LARGEST_ROLLOUT_BYTES;
  });
  servePublic(app, routes.previewServiceRollout, ({ body, caller }) => previewRollout(rollouts, caller, body));
  servePublic(app, routes.createServiceRollout, ({ body, caller, idempotencyKey }) =>
    createRollout(rollouts, caller, body, idempotencyKey),
  );
  servePublic(app, routes.listServiceRollouts, ({ query: { state, ...query }, caller }) =>
    listRollouts(db, caller, { state }, pageOfNewest(query)),
  );
  servePublic(app, routes.getServiceRollout, ({ params, caller }) => readRollout(db, caller, params.id));
  servePublic(app, routes.listServiceRolloutSims, ({ params, query: { cursor, limit, state }, caller }) => {
    const after = cursor === undefined ? 0 : decodeCursor(afterPosition, cursor)[0];
    return listRolloutSims(db, caller, params.id, { state, after, limit });
  });
  servePublic(app, routes.getServiceRolloutTimeline, ({ params, query, caller }) =>
    readRolloutTimeline(db, caller, params.id, pageOfIds(query)),
  );
  servePublic(app, routes.pauseServiceRollout, ({ params, caller }) => pause(rollouts, caller, params.id));
  servePublic(app, routes.resumeServiceRollout, ({ params, caller }) => resume(rollouts, caller, params.id));
  servePublic(app, routes.cancelServiceRollout, ({ params, caller }) => cancel(rollouts, caller, params.id));
  servePublic(app, routes.retryServiceRollout, ({ params, caller }) => retryRollout(rollouts, caller, params.id));
};

/** What the workflow of a rollout asks for. */
export const addServiceRolloutInternalRoutes = (app: FastifyInstance, rollouts: Rollouts): void => {
  serveInternal(app, serviceRolloutInternalRoutes.movePortion, ({ params, caller: { accountId } }) =>
    movePortion(rollouts, { accountId, id: params.id }),
  );
};
