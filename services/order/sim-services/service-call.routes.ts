import { LARGEST_CALLS_BYTES, serviceCallRoutes as routes } from '@simlane/contracts/http/service-calls';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { putManyServiceCalls } from './many-service-calls.ts';
import {
  askAboutServiceCall,
  cancelSchedule,
  putServiceCall,
  readReported,
  readServiceCall,
  recordManyTaken,
  recordTaken,
  type ServiceCallDependencies,
} from './service-call.service.ts';

/** What the worker asks of a SIM's services at their provider. */
export const addServiceCallRoutes = (internal: FastifyInstance, dependencies: ServiceCallDependencies): void => {
  serveInternal(internal, routes.put, ({ caller: { accountId }, params: { changeId }, body }) =>
    putServiceCall(dependencies, { accountId, changeId }, body),
  );

  internal.addHook('onRoute', (route) => {
    if (route.url === routes.putMany.path) route.bodyLimit = LARGEST_CALLS_BYTES;
  });
  serveInternal(internal, routes.putMany, async ({ caller: { accountId }, body: { calls } }) => ({
    calls: await putManyServiceCalls(dependencies, accountId, calls),
  }));

  serveInternal(internal, routes.get, ({ caller: { accountId }, params: { changeId } }) =>
    readServiceCall(dependencies.db, { accountId, changeId }),
  );

  serveInternal(internal, routes.ask, ({ caller: { accountId }, params: { changeId } }) =>
    askAboutServiceCall(dependencies, { accountId, changeId }),
  );

  serveInternal(internal, routes.cancelSchedule, ({ caller: { accountId }, params: { changeId } }) =>
    cancelSchedule(dependencies, { accountId, changeId }),
  );

  serveInternal(internal, routes.recordTaken, ({ caller: { accountId }, params: { changeId }, body: { version } }) =>
    recordTaken(dependencies, accountId, { changeId, version }),
  );

  serveInternal(internal, routes.recordManyTaken, async ({ caller: { accountId }, body: { taken } }) => {
    await recordManyTaken(dependencies, accountId, taken);
    return {};
  });

  serveInternal(internal, routes.readReported, ({ caller: { accountId }, query }) =>
    readReported(dependencies, { accountId, ...query }),
  );
};
