import type {
  InternalRoute,
  PublicRoute,
  RouteAnswer,
  RouteBody,
  RouteContract,
  RouteParams,
  RouteQuery,
} from '@simlane/contracts/http/route';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticateCaller, authenticateService, type Caller, type InternalCaller } from './authentication.ts';
import { FileAnswer } from './file-answer.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { readIfMatch } from './if-match.ts';
import { fastifySchema } from './openapi.ts';
import type {} from './server-kit.ts';

interface Call<R extends RouteContract> {
  readonly params: RouteParams<R>;
  readonly query: RouteQuery<R>;
  readonly body: RouteBody<R>;
  readonly request: FastifyRequest;
  /** For headers and, where a repeat is answered differently, the status. The answer itself is returned. */
  readonly reply: FastifyReply;
}

export interface PublicCall<R extends PublicRoute> extends Call<R> {
  readonly caller: Caller;
  readonly idempotencyKey: R extends { readonly idempotencyKey: true } ? string : undefined;
  /** The version of the row that the caller has read. */
  readonly ifMatch: R extends { readonly ifMatch: true } ? number : undefined;
}

export interface InternalCall<R extends InternalRoute> extends Call<R> {
  readonly caller: InternalCaller;
}

/** Where there is nothing to answer with (204), a handler may simply end. */
type Answered<R extends RouteContract> =
  | FileAnswer
  | (undefined extends RouteAnswer<R> ? RouteAnswer<R> | void : RouteAnswer<R>);

/**
 * Serves a public route as its contract says. In this order: who is calling, may they, how often, then the form of
 * the request, then the handler. What the handler returns is the answer; what it throws becomes a problem.
 */
export const servePublic = <const R extends PublicRoute>(
  app: FastifyInstance,
  contract: R,
  handler: (call: PublicCall<R>) => Promise<Answered<R>> | Answered<R>,
): void => {
  const { face, tokens, countCall } = app.simlane;
  if (face !== 'public') throw new Error(`${contract.path} is a public route and this is the internal server`);
  const callers = new WeakMap<FastifyRequest, Caller>();
  serve(app, contract, {
    authenticate: async (request) => {
      const caller = await authenticateCaller(request, tokens, contract.permission);
      await countCall(request, `${caller.accountId} ${caller.sub}`);
      callers.set(request, caller);
      return { accountId: caller.accountId, sub: caller.sub };
    },
    handle: (call) => {
      const caller = callers.get(call.request) as Caller;
      const idempotencyKey = contract.idempotencyKey === true ? readIdempotencyKey(call.request.headers) : undefined;
      const ifMatch = contract.ifMatch === true ? readIfMatch(call.request) : undefined;
      return handler({ ...call, caller, idempotencyKey, ifMatch } as PublicCall<R>);
    },
  });
};

/** Serves an internal route, for the services that its contract names. Otherwise as {@link servePublic}. */
export const serveInternal = <const R extends InternalRoute>(
  app: FastifyInstance,
  contract: R,
  handler: (call: InternalCall<R>) => Promise<Answered<R>> | Answered<R>,
): void => {
  const { face, tokens } = app.simlane;
  if (face !== 'internal') throw new Error(`${contract.path} is an internal route and this is the public server`);
  const callers = new WeakMap<FastifyRequest, InternalCaller>();
  serve(app, contract, {
    authenticate: async (request) => {
      const caller = await authenticateService(request, tokens, contract.callers);
      callers.set(request, caller);
      return { accountId: caller.accountId, service: caller.service };
    },
    handle: (call) => handler({ ...call, caller: callers.get(call.request) as InternalCaller }),
  });
};

const NO_CONTENT = 204;

const serve = <R extends RouteContract>(
  app: FastifyInstance,
  contract: R,
  steps: {
    /** Resolves to what of the caller goes into every log line of the request. */
    authenticate: (request: FastifyRequest) => Promise<object>;
    handle: (call: Call<R>) => Promise<Answered<R>> | Answered<R>;
  },
): void => {
  const { checkAnswers, requireChanges } = app.simlane;
  app.route({
    method: contract.method,
    url: contract.path,
    schema: fastifySchema(contract),
    config: { contract } as object,
    // Before the body is read: nobody without a token makes us parse anything.
    onRequest: async (request) => {
      request.log = request.log.child(await steps.authenticate(request));
    },
    handler: async (request, reply) => {
      if (contract.records === true) requireChanges();
      reply.code(contract.status);
      const answer = await steps.handle({
        params: request.params as RouteParams<R>,
        query: request.query as RouteQuery<R>,
        body: request.body as RouteBody<R>,
        request,
        reply,
      });
      if (reply.sent) return reply;
      if (reply.statusCode === NO_CONTENT || answer === undefined) return reply.send();
      if (answer instanceof FileAnswer) return reply.headers(answer.headers).send(answer.bytes);
      // As a client will see it: a Date is a text by then.
      if (checkAnswers) contract.answer.parse(JSON.parse(JSON.stringify(answer)));
      return reply.send(answer);
    },
  });
};
