import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { SentSignal } from './control-api.ts';
import { answerProblem } from './sandbox-problem.ts';
import type { SandboxState } from './sandbox-state.ts';
import { messageOfAnswer, resultsToSay } from './service-answers.ts';
import {
  type AcceptedServiceChange,
  serviceAnswerRequestSchema,
  serviceRulesSchema,
  servicesInForceSchema,
} from './service-control-api.ts';
import type { ServiceChangeRecord } from './service-state.ts';
import type { SignalDelivery } from './signal-delivery.ts';
import { newMessageId } from './signal-message.ts';

const simParams = z.object({ providerId: z.uuid(), iccid: z.string() });
const changeParams = z.object({ changeId: z.uuid() });
const listQuery = z.strictObject({ changeId: z.string().optional() });

const NO_CHANGE = { status: 404, code: 'no_change', detail: 'No provider has taken this change.' } as const;

/** What tests, the seed and the demo say about the services of SIMs. Whoever calls is known by then. */
export const addServiceControlRoutes = (
  plain: FastifyInstance,
  { state, delivery }: { readonly state: SandboxState; readonly delivery: SignalDelivery },
): void => {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.put('/service-rules', { schema: { body: serviceRulesSchema } }, async (request, reply) => {
    state.record({ kind: 'service_rules_put', rules: request.body.rules });
    return reply.status(204).send();
  });

  app.put(
    '/connections/:providerId/sims/:iccid/services',
    { schema: { params: simParams, body: servicesInForceSchema } },
    async (request, reply) => {
      state.record({ kind: 'services_set', ...request.params, ...request.body });
      return reply.status(204).send();
    },
  );

  app.get('/connections/:providerId/sims/:iccid/services', { schema: { params: simParams } }, async ({ params }) =>
    state.services.of(params.providerId, params.iccid),
  );

  app.get('/service-changes', { schema: { querystring: listQuery } }, async ({ query }) => ({
    items: state.services
      .changes()
      .filter(({ changeId }) => changeId === (query.changeId ?? changeId))
      .map(showChange),
  }));

  app.post(
    '/service-changes/:changeId/answer',
    { schema: { params: changeParams, body: serviceAnswerRequestSchema } },
    async (request, reply) => {
      const { changeId } = request.params;
      const { results: told, messageId = newMessageId(), repeat, timestamp, secret } = request.body;
      const change = state.services.changes().find((one) => one.changeId === changeId);
      if (!change) return answerProblem(reply, NO_CHANGE);
      const results = told ?? resultsToSay(change);
      const message = messageOfAnswer(change, results, messageId);
      // A forged or old signal says nothing about what is true at the provider.
      if (secret === undefined && timestamp === undefined) {
        const { providerId } = change;
        state.record({ kind: 'service_change_answered', providerId, changeId, results, message: null });
      }
      const deliveries: SentSignal[] = [];
      for (let copy = 0; copy < repeat; copy += 1) {
        deliveries.push(await delivery.sendOnce(message, { timestamp, secret }));
      }
      return { deliveries };
    },
  );
};

const showChange = ({ change: _change, answerAt: _answerAt, ...shown }: ServiceChangeRecord): AcceptedServiceChange =>
  shown;
