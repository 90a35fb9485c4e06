import { orderDecisionRoutes as routes } from '@simlane/contracts/http/order-decisions';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { shownOrder } from '../ordering/order.ts';
import type { AdoptionDependencies } from './adoption.service.ts';
import { type DecidingDependencies, requestCancellation } from './cancellation.service.ts';
import { decide } from './decision.service.ts';
import { confirmInstallation } from './installation.service.ts';

export const addDecisionRoutes = (
  app: FastifyInstance,
  dependencies: DecidingDependencies & AdoptionDependencies,
): void => {
  servePublic(app, routes.requestCancellation, async ({ caller, params, body }) =>
    shownOrder(await requestCancellation(dependencies, caller, params.id, body.reason ?? null)),
  );

  servePublic(app, routes.confirmInstallation, async ({ caller, params }) =>
    shownOrder(await confirmInstallation(dependencies, caller, params.id)),
  );

  servePublic(app, routes.decide, async ({ caller, params, body, idempotencyKey }) =>
    shownOrder(await decide(dependencies, caller, params.id, body, idempotencyKey)),
  );
};
