import { providerOrderSchema } from '@simlane/contracts/http/provider';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { carriesBearer } from './bearer.ts';
import type { Rule } from './control-api.ts';
import type { OrderSteps } from './order-steps.ts';
import type { RequestLog } from './request-log.ts';
import { cancellationBy } from './rules.ts';
import type { OrderRecord, SandboxState } from './sandbox-state.ts';
import { answerProblem, UNAUTHENTICATED } from './sandbox-problem.ts';
import { takeSubmission } from './submission.ts';

const providerParams = z.object({ providerId: z.uuid() });
const orderParams = providerParams.extend({ orderId: z.string() });

const UNKNOWN_ORDER = { status: 404, code: 'unknown_order', detail: 'This provider has no such order.' } as const;

/** The side of the sandbox that our order service talks to: "orders out" of the API, for any number of providers. */
export const providerRoutes =
  (state: SandboxState, steps: OrderSteps, requests: RequestLog): FastifyPluginCallback =>
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
      if (key === null) {
        return answerProblem(reply, {
          status: 400,
          code: 'idempotency_key_missing',
          detail: 'Idempotency-Key is needed.',
        });
      }
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
          return answerProblem(reply, {
            status: 422,
            code: 'idempotency_key_reused',
            detail: 'Another order came under this key before.',
          });
        case 'misbehaviour':
          return misbehave(reply, request.url, answer.rule);
      }
    });

    app.get('/orders/:orderId', { schema: { params: orderParams } }, async (request, reply) => {
      const order = state.order(request.params.providerId, request.params.orderId);
      if (!order) return answerProblem(reply, UNKNOWN_ORDER);
      return reply.send({ providerReference: order.providerReference, ...order.reached });
    });

    app.post('/orders/:orderId/cancellation', { schema: { params: orderParams } }, async (request, reply) => {
      const { providerId, orderId } = request.params;
      const order = state.order(providerId, orderId);
      if (!order) return answerProblem(reply, UNKNOWN_ORDER);
      state.record({ kind: 'cancellation_asked', providerId, orderId });
      const decision = cancellationBy(state.rulesFor(orderId), ruledOrder(order));
      if (decision === 'fail')
        return answerProblem(reply, { status: 500, code: 'internal_error', detail: 'Try again.' });
      if (decision === 'refuse') {
        return answerProblem(reply, {
          status: 409,
          code: 'cancellation_refused',
          detail: 'The order is too far on to be cancelled.',
        });
      }
      return reply.status(202).send({ providerReference: order.providerReference });
    });

    app.post('/orders/:orderId/reminders', { schema: { params: orderParams } }, async (request, reply) => {
      const { providerId, orderId } = request.params;
      if (!state.order(providerId, orderId)) return answerProblem(reply, UNKNOWN_ORDER);
      state.record({ kind: 'reminder_received', providerId, orderId });
      return reply.status(202).send({});
    });

    done();
  };

const ruledOrder = ({ providerId, orderId, order }: OrderRecord) => ({
  providerId,
  orderId,
  msisdn: String(order.msisdn),
  action: String(order.action),
});

/** The key as it was meant: the header may come quoted (draft-ietf-httpapi-idempotency-key-header) or bare. */
const idempotencyKeyOf = (request: FastifyRequest): string | null => {
  const header = request.headers['idempotency-key'];
  const key = (Array.isArray(header) ? header[0] : header)?.trim().replace(/^"(.*)"$/, '$1');
  return key === undefined || key === '' ? null : key;
};

const misbehave = (reply: FastifyReply, url: string, rule: Rule): FastifyReply => {
  if (rule.submission === 'hang') return reply.hijack();
  if (rule.submission === 'garbage') return reply.status(200).type('text/html').send('<html><body>Bad gateway</body>');
  if (rule.submission === 'redirect') return reply.redirect(url, 307);
  if (rule.retryAfterSeconds !== undefined) void reply.header('retry-after', String(rule.retryAfterSeconds));
  return answerProblem(reply, {
    status: rule.httpStatus,
    code: 'failure',
    detail: 'The provider cannot answer just now.',
  });
};
