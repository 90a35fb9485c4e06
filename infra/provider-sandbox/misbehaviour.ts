import type { FastifyReply } from 'fastify';
import { MISBEHAVIOURS, type Misbehaviour, type Rule } from './control-api.ts';
import { answerProblem } from './sandbox-problem.ts';

/** How a rule misbehaves that treats a request like this, if it does. */
export const misbehaviourOf = (treatment: string | undefined): Misbehaviour | undefined =>
  MISBEHAVIOURS.find((misbehaviour) => misbehaviour === treatment);

type Failure = Pick<Rule, 'httpStatus' | 'failsWith' | 'problemCode' | 'retryAfterSeconds'>;

const GARBAGE = '<html><body>Bad gateway</body>';

/** Answers with what decides nothing for whoever asks, or does not answer at all. */
export const misbehave = (reply: FastifyReply, misbehaviour: Misbehaviour, failure: Failure): FastifyReply => {
  switch (misbehaviour) {
    case 'hang':
      return reply.hijack();
    case 'garbage':
      return reply.status(200).type('text/html').send(GARBAGE);
    case 'redirect':
      return reply.redirect(reply.request.url, 307);
    case 'fail':
      return fail(reply, failure);
  }
};

const fail = (reply: FastifyReply, failure: Failure): FastifyReply => {
  const { httpStatus: status, failsWith, problemCode: code, retryAfterSeconds } = failure;
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
