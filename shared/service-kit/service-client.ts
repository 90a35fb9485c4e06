import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { problemSchema } from '@simlane/contracts/http/problem';
import type { InternalRoute, RouteAnswer, RouteRequest } from '@simlane/contracts/http/route';
import { ACCOUNT_HEADER, ACTOR_HEADER, type Actor, encodeActor } from './authentication.ts';
import { parseJsonOrNothing, readBoundedText } from './bounded-answer.ts';
import { RemoteProblem, UnavailableError } from './problem.ts';
import type { ServiceTokens } from './service-tokens.ts';

export interface ServiceClient {
  /**
   * Calls an internal route of the service. A call that was not answered may have been carried out: internal routes
   * are idempotent, and the caller repeats it with the same content.
   *
   * @throws RemoteProblem for an answer from the table of problems
   * @throws UnavailableError for everything else: no answer, none in time, a redirect, an answer of another form
   */
  call<const R extends InternalRoute>(contract: R, request: ServiceRequest<R>): Promise<RouteAnswer<R>>;
  /** Ends idle connections. */
  close(): void;
}

export type ServiceRequest<R extends InternalRoute> = RouteRequest<R> & {
  readonly accountId: string;
  readonly actor?: Actor | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** For the whole call, connecting and reading included. */
const DEFAULT_TIMEOUT_MS = 5_000;
/** Internal lists; everything else is a few kilobytes. */
const LARGEST_ANSWER_BYTES = 1024 * 1024;
const MOST_CONNECTIONS = 64;

/**
 * A client for the internal routes of one of our services, over connections that are kept open. Redirects are not
 * followed and proxy variables not read. Errors hold neither tokens nor bodies.
 *
 * @param options.name of the service, as errors and logs are to name it
 */
export const createServiceClient = (options: {
  baseUrl: string;
  tokens: ServiceTokens;
  name: string;
  timeoutMs?: number;
}): ServiceClient => {
  const { name, tokens, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const base = new URL(options.baseUrl);
  const secure = base.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: MOST_CONNECTIONS, scheduling: 'lifo' } as const;
  const agent = secure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);

  const send = (wire: WireRequest, token: string, signal: AbortSignal): Promise<WireAnswer> =>
    new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(
        new URL(wire.path, base),
        { agent, method: wire.method, headers: { ...wire.headers, authorization: `Bearer ${token}` }, signal },
        (response) => {
          readAnswer(response).then(resolve, reject);
        },
      );
      request.on('error', reject);
      request.end(wire.body);
    });

  const attempt = async (wire: WireRequest, signal: AbortSignal): Promise<WireAnswer> => {
    const token = await abortable(tokens.get(), signal);
    const answer = await send(wire, token, signal);
    if (answer.status !== 401) return answer;
    // The issuer may have changed its keys; one fresh token settles whether that was it.
    tokens.forget(token);
    return send(wire, await abortable(tokens.get(), signal), signal);
  };

  return {
    call: async (contract, request) => {
      const wire = toWire(base, contract, request);
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
      let answer: WireAnswer;
      try {
        answer = await attempt(wire, signal);
      } catch (error) {
        if (error instanceof UnavailableError) throw error;
        throw new UnavailableError(name, timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error));
      }
      return readResult(name, contract, answer);
    },
    close: () => agent.destroy(),
  };
};

interface LooseRequest {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly accountId: string;
  readonly actor?: Actor | undefined;
}

interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const toWire = (base: URL, contract: InternalRoute, request: LooseRequest): WireRequest => {
  const path = contract.path.replaceAll(/:(\w+)/g, (_whole, name: string) => {
    const value = request.params?.[name];
    if (value === undefined || value === null || value === '') throw new TypeError(`${contract.path} needs ${name}`);
    return encodeURIComponent(toText(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(name, toText(one));
  }
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return {
    method: contract.method,
    path: `${base.pathname.replace(/\/$/, '')}${path}${query.size === 0 ? '' : `?${query.toString()}`}`,
    headers: {
      accept: 'application/json, application/problem+json',
      [ACCOUNT_HEADER]: request.accountId,
      ...(request.actor === undefined ? {} : { [ACTOR_HEADER]: encodeActor(request.actor) }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` }),
    },
    body,
  };
};

const toText = (value: unknown): string => {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const readAnswer = async (response: IncomingMessage): Promise<WireAnswer> => ({
  status: response.statusCode ?? 0,
  contentType: response.headers['content-type'] ?? '',
  retryAfter: response.headers['retry-after'],
  text: await readBoundedText(response, LARGEST_ANSWER_BYTES),
});

const SECONDS = /^\d{1,6}$/;

const readResult = <R extends InternalRoute>(name: string, contract: R, answer: WireAnswer): RouteAnswer<R> => {
  const { status, contentType, text } = answer;
  // An answer without a body is undefined too.
  const json = parseJsonOrNothing(text);
  if (status >= 200 && status < 300) {
    const result = contract.answer.safeParse(json);
    if (!result.success) throw new UnavailableError(name, `answered ${status} in another form than agreed`);
    return result.data as RouteAnswer<R>;
  }
  const problem = contentType.startsWith('application/problem+json') ? problemSchema.safeParse(json) : undefined;
  if (problem?.success !== true) throw new UnavailableError(name, `answered ${status} without a known problem`);
  const { retryAfter } = answer;
  throw new RemoteProblem(name, problem.data, retryAfter && SECONDS.test(retryAfter) ? Number(retryAfter) : undefined);
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'failed';
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : error.message;
};

const abortable = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
};
