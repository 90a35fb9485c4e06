import type { FastifyReply } from 'fastify';
import { MISBEHAVIOURS, type Misbehaviour, type RequestSort, type Rule } from './control-api.ts';
import { answerProblem } from './sandbox-problem.ts';

/** How the rule misbehaves towards a request of this sort, if it does. */
export const misbehaviourOf = (rule: Rule | undefined, sort: RequestSort): Misbehaviour | undefined =>
  MISBEHAVIOURS.find((misbehaviour) => misbehaviour === rule?.[sort]);

const GARBAGE = '<html><body>Bad gateway</body>';

/** Answers with what decides nothing for whoever asks, or does not answer at all. */
export const misbehave = (reply: FastifyReply, misbehaviour: Misbehaviour, rule: Rule): FastifyReply => {
  switch (misbehaviour) {
    case 'hang':
      return reply.hijack();
    case 'garbage':
      return reply.status(200).type('text/html').send(GARBAGE);
    case 'redirect':
      return reply.redirect(reply.request.url, 307);
    case 'fail':
      return fail(reply, rule);
  }
};

const fail = (reply: FastifyReply, rule: Rule): FastifyReply => {
  const { httpStatus: status, failsWith, problemCode: code, retryAfterSeconds } = rule;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  switch (failsWith) {
    case 'problem':
      return answerProblem(reply, { status, code, detail: 'The provider cannot answer just now.' });
    case 'garbage':
      return reply.status(status).type('text/html').send(GARBAGE);
    case 'empty':
      return reply.status(status).send();
  }
};
