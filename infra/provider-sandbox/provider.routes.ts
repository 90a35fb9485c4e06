import { providerOrderSchema } from '@simlane/contracts/http/provider';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { carriesBearer } from './bearer.ts';
import type { OrderRequestSort } from './control-api.ts';
import { idempotencyKeyOf, KEY_MISSING, KEY_REUSED } from './idempotency-key.ts';
import { misbehave, misbehaviourOf } from './misbehaviour.ts';
import { takeOrderRequest } from './order-request.ts';
import type { OrderSteps } from './order-steps.ts';
import type { RequestLog } from './request-log.ts';
import { ruledOrder, ruleFor } from './rules.ts';
import type { SandboxState } from './sandbox-state.ts';
import { addServiceRoutes } from './service.routes.ts';
import type { ServiceAnswers } from './service-answers.ts';
import { answerProblem, UNAUTHENTICATED } from './sandbox-problem.ts';
import { takeSubmission } from './submission.ts';

const providerParams = z.object({ providerId: z.uuid() });
const orderParams = providerParams.extend({ orderId: z.string() });

const UNKNOWN_ORDER = { status: 404, code: 'unknown_order', detail: 'This provider has no such order.' } as const;

/** What can be asked about an order that was submitted, and where. */
const ORDER_REQUESTS: readonly (readonly [sort: OrderRequestSort, path: string])[] = [
  ['cancellation', 'cancellation'],
  ['reminder', 'reminders'],
];

/** The side of the sandbox that our order service talks to: "orders out" of the API, for any number of providers. */
export const providerRoutes =
  (state: SandboxState, steps: OrderSteps, answers: ServiceAnswers, requests: RequestLog): FastifyPluginCallback =>
  (plain, _options, done) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.addHook('onRequest', async (request, reply) => {
      const { providerId } = request.params as { providerId: string };
      const connection = state.connection(providerId);
      if (connection && carriesBearer(request.headers.authorization, connection.credential)) return undefined;
      noteAnswerOf(request, reply);
      return answerProblem(reply, UNAUTHENTICATED);
    });

    // After the body is read, so that it is noted too; before anything is decided, so that nothing goes unnoted.
    app.addHook('preValidation', async (request, reply) => noteAnswerOf(request, reply));

    const noteAnswerOf = (request: FastifyRequest, reply: FastifyReply): void => {
      const params = request.params as { providerId: string; orderId?: string };
      const body = request.body as { orderId?: string } | undefined;
      const answered = requests.received({
        method: request.method,
        path: request.url,
        providerId: params.providerId,
        orderId: params.orderId ?? body?.orderId ?? null,
        idempotencyKey: idempotencyKeyOf(request),
        body: body ?? null,
      });
      reply.raw.once('finish', () => answered(reply.raw.statusCode));
    };

    app.post('/orders', { schema: { params: providerParams, body: providerOrderSchema } }, async (request, reply) => {
      const { providerId } = request.params;
      const key = idempotencyKeyOf(request);
      if (key === null) return answerProblem(reply, KEY_MISSING);
      const acceptedBefore = state.order(providerId, request.body.orderId);
      const answer = takeSubmission(state, { providerId, key, order: request.body }, new Date());
      const accepted = state.order(providerId, request.body.orderId);
      if (accepted && !acceptedBefore) steps.schedule(accepted);
      switch (answer.kind) {
        case 'accepted':
          return reply.status(202).send({ providerReference: answer.providerReference });
        case 'rejected':
          return answerProblem(reply, { status: 409, code: 'rejected', detail: answer.detail });
        case 'key_reused':
          return answerProblem(reply, KEY_REUSED);
        case 'misbehaviour':
          return misbehave(reply, answer.misbehaviour, answer.rule);
      }
    });

    app.get('/orders/:orderId', { schema: { params: orderParams } }, async (request, reply) => {
      const { providerId, orderId } = request.params;
      const ruled = ruledOrder(state, providerId, orderId);
      const rule = ruleFor('lookup', state.rulesFor(orderId), ruled, state.received('lookup', providerId, orderId));
      state.record({ kind: 'lookup_received', providerId, orderId });
      const misbehaviour = misbehaviourOf(rule?.lookup);
      if (rule && misbehaviour) return misbehave(reply, misbehaviour, rule);
      const order = state.order(providerId, orderId);
      if (!order || rule?.lookup === 'unknown') return answerProblem(reply, UNKNOWN_ORDER);
      return reply.send({ providerReference: order.providerReference, ...order.reached });
    });

    for (const [sort, path] of ORDER_REQUESTS) {
      app.post(`/orders/:orderId/${path}`, { schema: { params: orderParams } }, async (request, reply) => {
        const { providerId, orderId } = request.params;
        const key = idempotencyKeyOf(request);
        if (key === null) return answerProblem(reply, KEY_MISSING);
        const answer = takeOrderRequest(state, { sort, providerId, orderId, key }, new Date());
        const order = state.order(providerId, orderId);
        if (order) steps.schedule(order);
        switch (answer.kind) {
          case 'accepted':
            return reply.status(202).send({ providerReference: order?.providerReference });
          case 'refused':
            return answerProblem(reply, { status: 409, code: 'cancellation_refused', detail: answer.detail });
          case 'unknown_order':
            return answerProblem(reply, UNKNOWN_ORDER);
          case 'key_reused':
            return answerProblem(reply, KEY_REUSED);
          case 'misbehaviour':
            return misbehave(reply, answer.misbehaviour, answer.rule);
        }
      });
    }

    addServiceRoutes(plain, state, answers);

    done();
  };
