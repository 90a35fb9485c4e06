import type { FastifyPluginCallback } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { carriesBearer } from './bearer.ts';
import {
  type AcceptedOrder,
  connectionSchema,
  rawSignalRequestSchema,
  rulesSchema,
  type SentSignal,
  type SignalRequest,
  signalRequestSchema,
} from './control-api.ts';
import type { OrderSteps } from './order-steps.ts';
import type { RequestLog } from './request-log.ts';
import { stepsBy } from './rules.ts';
import { answerProblem, UNAUTHENTICATED } from './sandbox-problem.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { OrderRecord, SandboxState } from './sandbox-state.ts';
import { addServiceControlRoutes } from './service-control.routes.ts';
import type { Envelope, SignalDelivery } from './signal-delivery.ts';
import { fillIn, newMessageId, reachedBy } from './signal-message.ts';

const orderParams = z.object({ orderId: z.string() });
const providerParams = z.object({ providerId: z.uuid() });
const listQuery = z.strictObject({ orderId: z.string().optional() });

export interface ControlDependencies {
  readonly token: string;
  readonly state: SandboxState;
  readonly steps: OrderSteps;
  readonly delivery: SignalDelivery;
  readonly requests: RequestLog;
}

/** The side of the sandbox that tests, the seed and the demo talk to: what providers are to do, and what they have seen. */
export const controlRoutes =
  ({ token, state, steps, delivery, requests }: ControlDependencies): FastifyPluginCallback =>
  (plain, _options, done) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.addHook('onRequest', async (request, reply) => {
      if (!carriesBearer(request.headers.authorization, token)) return answerProblem(reply, UNAUTHENTICATED);
      return undefined;
    });

    app.put(
      '/connections/:providerId',
      { schema: { params: providerParams, body: connectionSchema } },
      async (request, reply) => {
        state.record({ kind: 'connection_put', providerId: request.params.providerId, connection: request.body });
        return reply.status(204).send();
      },
    );

    app.put('/rules', { schema: { body: rulesSchema } }, async (request, reply) => {
      state.record({ kind: 'rules_put', rules: request.body.rules });
      return reply.status(204).send();
    });

    app.put(
      '/orders/:orderId/rules',
      { schema: { params: orderParams, body: rulesSchema } },
      async (request, reply) => {
        const { orderId } = request.params;
        const { rules } = request.body;
        state.record({ kind: 'order_rules_put', orderId, rules });
        if (rules.some((rule) => rule.steps !== undefined)) {
          for (const { providerId, order } of acceptedAs(orderId)) {
            const ruled = { providerId, orderId, msisdn: String(order.msisdn), action: String(order.action) };
            const at = new Date().toISOString();
            state.record({ kind: 'steps_planned', at, providerId, orderId, steps: stepsBy(rules, ruled) });
            const planned = state.order(providerId, orderId);
            if (planned) steps.schedule(planned);
          }
        }
        return reply.status(204).send();
      },
    );

    app.post(
      '/orders/:orderId/signals',
      { schema: { params: orderParams, body: signalRequestSchema } },
      async (request, reply) => {
        const { orderId } = request.params;
        const asked = request.body;
        const order = acceptedAs(orderId).find(({ providerId }) => providerId === (asked.providerId ?? providerId));
        const providerId = asked.providerId ?? order?.providerId;
        if (providerId === undefined || !state.connection(providerId)) return answerProblem(reply, NO_PROVIDER);
        const data = fillIn(asked.data, order);
        const reached = reachedBy(asked.type, data);
        // A forged, old or misdirected signal says nothing about what is true at the provider.
        const honest = asked.secret === undefined && asked.timestamp === undefined && asked.orderId === undefined;
        if (order && reached && honest) state.record({ kind: 'status_reached', providerId, orderId, reached });
        const body = JSON.stringify(bodyOf(orderId, order, asked, data));
        const message = { messageId: asked.messageId ?? newMessageId(), providerId, orderId, type: asked.type, body };
        return { deliveries: await sendCopies(message, asked, asked.repeat) };
      },
    );

    app.post(
      '/connections/:providerId/raw-signals',
      { schema: { params: providerParams, body: rawSignalRequestSchema.omit({ providerId: true }) } },
      async (request, reply) => {
        const { providerId } = request.params;
        const { body, contentType, headers, messageId = newMessageId(), repeat, timestamp, secret } = request.body;
        if (!state.connection(providerId)) return answerProblem(reply, NO_PROVIDER);
        const message = { messageId, providerId, orderId: '', type: '', body };
        const envelope = { timestamp, secret, headers: { 'content-type': contentType, ...headers } };
        return { deliveries: await sendCopies(message, envelope, repeat) };
      },
    );

    app.get('/requests', { schema: { querystring: listQuery } }, async ({ query }) => ({
      items: requests.list().filter(({ orderId }) => orderId === (query.orderId ?? orderId)),
    }));

    app.get('/orders', { schema: { querystring: listQuery } }, async ({ query }) => ({
      items: (query.orderId === undefined ? state.orders() : acceptedAs(query.orderId)).map(showOrder),
    }));

    app.get('/deliveries', { schema: { querystring: listQuery } }, async ({ query }) => ({
      items: state.deliveries().filter(({ orderId }) => orderId === (query.orderId ?? orderId)),
    }));

    const acceptedAs = (orderId: string) => state.orders().filter((order) => order.orderId === orderId);

    const sendCopies = async (message: OutgoingMessage, envelope: Envelope, copies: number): Promise<SentSignal[]> => {
      const sent: SentSignal[] = [];
      for (let copy = 0; copy < copies; copy += 1) sent.push(await delivery.sendOnce(message, envelope));
      return sent;
    };

    addServiceControlRoutes(plain, { state, delivery });

    done();
  };

const NO_PROVIDER = {
  status: 404,
  code: 'no_provider',
  detail: 'No provider has accepted this order, and none with a connection is named in providerId.',
} as const;

const bodyOf = (
  orderId: string,
  order: OrderRecord | undefined,
  asked: SignalRequest,
  data: Record<string, unknown>,
): Record<string, unknown> => ({
  type: asked.type,
  orderId: asked.orderId ?? orderId,
  providerReference: asked.providerReference === undefined ? order?.providerReference : asked.providerReference,
  occurredAt: asked.occurredAt ?? new Date().toISOString(),
  data,
});

const showOrder = ({ plans: _plans, reached, ...order }: OrderRecord): AcceptedOrder => ({
  ...order,
  status: reached.status,
  iccid: reached.iccid ?? null,
});
