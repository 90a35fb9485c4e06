import { providerServiceChangeSchema } from '@simlane/contracts/http/provider-services';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { idempotencyKeyOf, KEY_MISSING, KEY_REUSED } from './idempotency-key.ts';
import { misbehave, misbehaviourOf } from './misbehaviour.ts';
import { answerProblem } from './sandbox-problem.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { ServiceAnswers } from './service-answers.ts';
import { callsPerSecond, serviceRuleFor, takeServiceChange } from './service-change.ts';

const simParams = z.object({ providerId: z.uuid(), iccid: z.string() });
const scheduledParams = simParams.extend({ changeId: z.uuid() });

const SECOND_MS = 1_000;
const DEFAULT_RETRY_AFTER_SECONDS = 1;
const NOT_CANCELLED = 'The change of plan is too far on to be cancelled.';

const UNKNOWN_CHANGE = {
  status: 404,
  code: 'unknown_change',
  detail: 'Nothing is scheduled for this SIM by this change.',
} as const;
const TOO_MANY = { status: 429, code: 'too_many_requests', detail: 'Come again later.' } as const;

/** The services of SIMs, for any number of providers. Whoever calls is known by then, and the call noted. */
export const addServiceRoutes = (plain: FastifyInstance, state: SandboxState, answers: ServiceAnswers): void => {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const path = '/sims/:iccid/services';
  const answeredAt = new Map<string, number[]>();

  /** Answers 429 where more calls come in a second than a rule allows. */
  const isTooMany = (providerId: string, iccid: string, reply: FastifyReply): boolean => {
    const rule = callsPerSecond(state, providerId, iccid);
    if (rule?.callsPerSecond === undefined) return false;
    const recent = (answeredAt.get(providerId) ?? []).filter((at) => at > performance.now() - SECOND_MS);
    if (recent.length < rule.callsPerSecond) {
      answeredAt.set(providerId, [...recent, performance.now()]);
      return false;
    }
    void reply.header('retry-after', String(rule.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS));
    void answerProblem(reply, TOO_MANY);
    return true;
  };

  app.get(path, { schema: { params: simParams } }, async (request, reply) => {
    const { providerId, iccid } = request.params;
    if (isTooMany(providerId, iccid, reply)) return reply;
    const rule = serviceRuleFor(state, 'lookup', providerId, iccid);
    state.record({ kind: 'service_request_received', sort: 'lookup', providerId, iccid });
    const misbehaviour = misbehaviourOf(rule?.lookup);
    if (rule && misbehaviour) return misbehave(reply, misbehaviour, rule);
    return reply.send(state.services.of(providerId, iccid));
  });

  app.patch(path, { schema: { params: simParams, body: providerServiceChangeSchema } }, async (request, reply) => {
    const { providerId, iccid } = request.params;
    const key = idempotencyKeyOf(request);
    if (key === null) return answerProblem(reply, KEY_MISSING);
    if (isTooMany(providerId, iccid, reply)) return reply;
    const answer = takeServiceChange(state, { providerId, iccid, key, change: request.body }, new Date());
    const change = state.services.change(providerId, request.body.changeId);
    if (change) answers.schedule(change);
    switch (answer.kind) {
      case 'answered':
        return reply.send({ results: answer.results });
      case 'accepted':
        return reply.status(202).send({});
      case 'refused':
        return answerProblem(reply, { status: 409, code: 'refused', detail: answer.detail });
      case 'key_reused':
        return answerProblem(reply, KEY_REUSED);
      case 'misbehaviour':
        return misbehave(reply, answer.misbehaviour, answer.rule);
    }
  });

  app.delete(`${path}/scheduled/:changeId`, { schema: { params: scheduledParams } }, async (request, reply) => {
    const { providerId, iccid, changeId } = request.params;
    if (isTooMany(providerId, iccid, reply)) return reply;
    const rule = serviceRuleFor(state, 'unscheduling', providerId, iccid);
    state.record({ kind: 'service_request_received', sort: 'unscheduling', providerId, iccid });
    const misbehaviour = misbehaviourOf(rule?.unscheduling);
    const isScheduled = state.services.of(providerId, iccid).scheduled.some((plan) => plan.changeId === changeId);
    const unschedule = (): void => state.record({ kind: 'plan_unscheduled', providerId, iccid, changeId });
    if (rule && misbehaviour) {
      if (rule.acceptedAnyway && isScheduled) unschedule();
      return misbehave(reply, misbehaviour, rule);
    }
    if (rule?.unscheduling === 'refuse') {
      const detail = rule.detail ?? NOT_CANCELLED;
      return answerProblem(reply, { status: 409, code: 'cancellation_refused', detail });
    }
    if (!isScheduled || rule?.unscheduling === 'unknown') return answerProblem(reply, UNKNOWN_CHANGE);
    unschedule();
    return reply.send({});
  });
};
