import { PROBLEMS } from '@simlane/contracts/problems';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound, ProblemError, toProblem, toProblemError } from './problem.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Answers with the problem that stands for the error, and logs it where it is ours. */
export const answerWithProblem = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const problem = toProblem(error, request.id);
  const known = toProblemError(error);
  const { status, code } = problem;
  if (code === 'internal_error') request.log.error({ err: error }, 'incident');
  else if (status >= 500) request.log.warn({ err: known.cause ?? error, code }, 'cannot serve');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  // What was sent is not read to its end: the connection cannot be used again.
  if (code === 'payload_too_large') reply.header('connection', 'close');
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', String(known.retryAfterSeconds));
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_CONTENT_TYPE)
    // A serializer of the route would be for its answers.
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
};

/** Every error and every unknown path is answered as `application/problem+json`. To be added before any route. */
export const addProblemAnswers = (app: FastifyInstance): void => {
  const paths: { matches: RegExp; methods: Set<string> }[] = [];
  const byUrl = new Map<string, { methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    let known = byUrl.get(url);
    if (known === undefined) {
      const entry = { matches: patternOf(url), methods: new Set<string>() };
      paths.push(entry);
      known = entry;
      byUrl.set(url, known);
    }
    for (const one of Array.isArray(method) ? method : [method]) known.methods.add(one);
  });
  app.setErrorHandler((error, request, reply) => answerWithProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = paths.filter(({ matches }) => matches.test(path)).flatMap(({ methods }) => [...methods]);
    if (allowed.length === 0) return answerWithProblem(notFound('There is no such resource'), request, reply);
    const methods = [...new Set(allowed)].join(', ');
    reply.header('allow', methods);
    const error = new ProblemError('method_not_allowed', `This resource takes ${methods}`);
    answerWithProblem(error, request, reply);
  });
};

const patternOf = (url: string): RegExp => {
  const steps = url.split('/').map((step) => {
    if (step === '*') return '.*';
    return step.startsWith(':') ? '[^/]+' : step.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${steps.join('/')}$`);
};

/** Raised by Node before there is a request: malformed HTTP, headers that are too large, too slow. */
export const BROKEN_REQUEST_ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'Connection: close',
  `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
].join('\r\n');

export const brokenRequestBody = (): string =>
  JSON.stringify({
    type: 'urn:simlane:problem:invalid_request',
    title: PROBLEMS.invalid_request.title,
    status: 400,
    code: 'invalid_request',
    detail: 'The request is not HTTP as it is understood here',
    instance: '',
  });
