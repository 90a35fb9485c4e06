import type { Logger } from '@simlane/service-kit/logger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { controlRoutes } from './control.routes.ts';
import type { Journal } from './journal.ts';
import { createOrderSteps } from './order-steps.ts';
import { providerRoutes } from './provider.routes.ts';
import { createRequestLog } from './request-log.ts';
import { answerProblem } from './sandbox-problem.ts';
import { createSandboxState } from './sandbox-state.ts';
import { createServiceAnswers } from './service-answers.ts';
import { createSignalDelivery } from './signal-delivery.ts';

export interface SandboxDependencies {
  readonly controlToken: string;
  readonly journal: Journal;
  readonly logger?: Logger;
}

/**
 * The provider sandbox: any number of providers, each known by its credential, and the control side that says what
 * they do. Takes up what its journal holds: steps not taken, signals not delivered. Closing it keeps the journal good
 * for the next one.
 */
export const buildApp = async ({ controlToken, journal, logger }: SandboxDependencies): Promise<FastifyInstance> => {
  const state = createSandboxState(journal);
  const delivery = createSignalDelivery(state);
  const steps = createOrderSteps(state, delivery);
  const answers = createServiceAnswers(state, delivery);
  const requests = createRequestLog();

  const logging: { loggerInstance?: FastifyBaseLogger } = logger ? { loggerInstance: logger } : {};
  // Requests that a rule leaves unanswered must not keep the process from ending.
  const app = Fastify({ forceCloseConnections: true, ...logging });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    const code = status >= 500 ? 'internal_error' : 'invalid_request';
    return answerProblem(reply, { status, code, detail: error.message });
  });

  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => ({ status: 'ok' }));
  await app.register(providerRoutes(state, steps, answers, requests), { prefix: '/providers/:providerId' });
  await app.register(controlRoutes({ token: controlToken, state, steps, delivery, requests }), { prefix: '/control' });

  app.addHook('onReady', async () => {
    steps.resume();
    answers.resume();
    delivery.resume();
  });
  app.addHook('onClose', async () => {
    steps.stop();
    answers.stop();
    await delivery.stop();
    journal.close();
  });
  return app;
};
