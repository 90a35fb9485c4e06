import { STATUS_CODES } from 'node:http';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { z } from 'zod';
import { addHealthRoutes, type ReadinessChecks } from './health.ts';
import type { Logger } from './logger.ts';
import { addReference } from './openapi.ts';
import { ProblemError, RETRY_AFTER_SECONDS } from './problem.ts';
import { addProblemAnswers, answerWithProblem, BROKEN_REQUEST_ANSWER, brokenRequestBody } from './problem-answers.ts';
import { type RequestPart, validatePart } from './request-validation.ts';
import type { ServerKit } from './server-kit.ts';
import type { TokenVerifier } from './tokens.ts';
import { uuidV7 } from './uuid-v7.ts';

interface ServerOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  readonly ready: ReadinessChecks;
  /** Whatever could change something is answered with 503 `read_only`. */
  readonly readOnly?: boolean;
  /** Parse every answer against its schema and answer 500 where it does not fit. For tests: it costs too much to serve. */
  readonly checkAnswers?: boolean;
  /** From the first byte of a request to its last; {@link REQUEST_TIMEOUT_MS} unless given. */
  readonly requestTimeoutMs?: number;
  /** Shed load when the process cannot keep up. On unless a test turns it off. */
  readonly pressure?: 'shed' | 'off';
}

export interface PublicServerOptions extends ServerOptions {
  /** What the reference page says about the API. */
  readonly description?: string;
  /** Calls a caller may make in a minute; `off` in tests. */
  readonly callsPerMinute?: number | 'off';
}

/** JSON bodies of ours are lists of a few hundred ids at most. */
export const BODY_LIMIT_BYTES = 64 * 1024;
/** From the first byte of a request to its last: whoever is slower holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Of a server that takes files: 5 MiB over a slow uplink of 1 Mbit/s. */
export const UPLOAD_TIMEOUT_MS = 45_000;
/** Longer than the 60 s for which usual proxies keep an idle connection, so that they are the ones to close it. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** Tokens of mailed links are 64 characters and stand in paths. */
const LONGEST_PATH_PARAMETER = 256;
/** A busy upstream UI makes a few calls a second for each of its users, and integrations come in bursts. */
const DEFAULT_CALLS_PER_MINUTE = 6_000;
const MOST_COUNTED_CALLERS = 10_000;
/** Answers take milliseconds; a loop this late means that they all wait for a second and more. */
const LONGEST_EVENT_LOOP_DELAY_MS = 1_000;

/** The public listener: problems, request ids, limits, health, `/openapi.json` and `/reference`. Add routes, then listen. */
export const buildServer = async (options: PublicServerOptions): Promise<FastifyInstance> => {
  const app = createApp(options, true);
  await app.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
  });
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/reference')) reply.header('content-security-policy', REFERENCE_POLICY);
  });
  await app.register(rateLimit, { global: false, cache: MOST_COUNTED_CALLERS });
  const { callsPerMinute = DEFAULT_CALLS_PER_MINUTE } = options;
  decorate(app, 'public', options, callsPerMinute === 'off' ? noCount : createCounter(app, callsPerMinute));
  await addCommon(app, options);
  await addReference(app, { title: `Simlane ${options.name}`, description: options.description ?? '' });
  return app;
};

/** The internal listener: as the public one, without its pages and limits. Unknown fields in requests are ignored. */
export const buildInternalServer = async (options: ServerOptions): Promise<FastifyInstance> => {
  const app = createApp(options, false);
  decorate(app, 'internal', options, noCount);
  await addCommon(app, options);
  return app;
};

/** The page runs its own script and styles and talks to this server alone. */
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const createApp = (options: ServerOptions, strict: boolean): FastifyInstance => {
  const app = Fastify({
    loggerInstance: options.logger,
    // One line a request, below, with the pattern of the path: the path itself can hold the token of a link.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => uuidV7(),
    requestIdHeader: false,
    trustProxy: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While draining, what still arrives on an open connection is served, and the connection closed.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: LONGEST_PATH_PARAMETER },
    frameworkErrors: (error, request, reply) => answerWithProblem(error, request, reply),
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return;
      const body = brokenRequestBody();
      socket.end(`${BROKEN_REQUEST_ANSWER}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (value) => {
    return validatePart(schema, httpPart as RequestPart, value, strict);
  });
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients announce JSON with every POST, also where there is nothing to send.
    if (body.length === 0) done(null, undefined);
    else void parseJson(request, body as string, done);
  });
  return app;
};

const decorate = (
  app: FastifyInstance,
  face: ServerKit['face'],
  options: ServerOptions,
  countCall: ServerKit['countCall'],
): void => {
  app.decorate('simlane', {
    face,
    tokens: options.tokens,
    checkAnswers: options.checkAnswers ?? false,
    requireChanges: options.readOnly === true ? refuseChange : () => undefined,
    countCall,
  });
};

const addCommon = async (app: FastifyInstance, options: ServerOptions): Promise<void> => {
  addProblemAnswers(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Answers are for one caller. A handler may say otherwise, and the files of the page are for all.
    if (!request.url.startsWith('/reference')) reply.header('cache-control', 'no-store');
  });
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    // Idle connections are closed at once; one that was busy then must not linger as idle afterwards.
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, url: route } = request.routeOptions;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info(
      { method: method ?? request.method, route: route ?? null, status: reply.statusCode, ms },
      'served',
    );
  });
  if (options.readOnly === true) app.addHook('onRequest', refuseChanges);
  if (options.pressure !== 'off') {
    await app.register(underPressure, {
      maxEventLoopDelay: LONGEST_EVENT_LOOP_DELAY_MS,
      pressureHandler: (request) => {
        // A busy process is alive, and taking it out of rotation would only move the load.
        if (request.url === '/livez' || request.url === '/readyz') return;
        throw new ProblemError('overloaded', STATUS_CODES[503] ?? '', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      },
    });
  }
  addHealthRoutes(app, options.ready);
};

/** People decide when this ends; who asks twice a minute is not long in hearing of it. */
const READ_ONLY_RETRY_SECONDS = 30;
const CHANGING_NOTHING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const refuseChanges = async ({ method }: FastifyRequest): Promise<void> => {
  if (!CHANGING_NOTHING.has(method)) refuseChange();
};

const refuseChange = (): never => {
  throw new ProblemError('read_only', 'The service is being looked over and takes no changes until that is done', {
    fix: 'Send the same request again later',
    retryAfterSeconds: READ_ONLY_RETRY_SECONDS,
  });
};

const noCount = async (): Promise<void> => undefined;

const MINUTE_MS = 60_000;

const createCounter = (app: FastifyInstance, max: number): ServerKit['countCall'] => {
  const callers = new WeakMap<FastifyRequest, string>();
  const limit = app.createRateLimit({
    max,
    timeWindow: MINUTE_MS,
    keyGenerator: (request: FastifyRequest) => callers.get(request) ?? request.ip,
  });
  return async (request, caller) => {
    callers.set(request, caller);
    const count = await limit(request);
    if (!count.isAllowed && count.isExceeded) {
      throw new ProblemError('rate_limited', `More than ${max} calls within a minute`, {
        fix: 'Wait as long as Retry-After says',
        retryAfterSeconds: count.ttlInSeconds,
      });
    }
  };
};
