import { orderInternalRoutes as routes } from '@simlane/contracts/http/order-internal';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { claimOrder, readFact, recordCarriedOut, recordManagerTold } from './carry-out.service.ts';
import { recordNoticeGiven } from './notice.service.ts';
import { askProvider } from './provider-request.service.ts';
import { noticeSilence } from './silence.service.ts';
import { type SubmissionDependencies, submitOrder } from './submission.service.ts';

/** What the worker asks of an order. */
export const addProcessingRoutes = (internal: FastifyInstance, dependencies: SubmissionDependencies): void => {
  const { db } = dependencies;

  serveInternal(internal, routes.claim, ({ caller, params }) => claimOrder(db, caller.accountId, params.orderId));

  serveInternal(internal, routes.submit, ({ caller, params }) =>
    submitOrder(dependencies, caller.accountId, params.orderId),
  );

  serveInternal(internal, routes.getFact, ({ caller, params }) =>
    readFact(db, caller.accountId, params.orderId, params.factId),
  );

  serveInternal(internal, routes.recordCarriedOut, ({ caller, params, body }) =>
    recordCarriedOut(db, { accountId: caller.accountId, ...params, ...body }),
  );

  serveInternal(internal, routes.recordManagerTold, ({ caller, params, body }) =>
    recordManagerTold(db, { accountId: caller.accountId, ...params, ...body }),
  );

  serveInternal(internal, routes.askProvider, ({ caller, params }) =>
    askProvider(dependencies, { accountId: caller.accountId, ...params }),
  );

  serveInternal(internal, routes.recordNoticeGiven, ({ caller, params, body }) =>
    recordNoticeGiven(db, { accountId: caller.accountId, ...params, ...body }),
  );

  serveInternal(internal, routes.noticeSilence, ({ caller, params }) =>
    noticeSilence(dependencies, caller.accountId, params.orderId),
  );
};
