import { internalRoute, publicRoute } from '@simlane/contracts/http/route';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { startTestIssuer, type TestIssuer } from '../testing/issuer.ts';
import { createLogger } from './logger.ts';
import { notFound, ProblemError } from './problem.ts';
import { serveRaw } from './raw-routes.ts';
import { serveInternal, servePublic } from './routes.ts';
import { buildInternalServer, buildServer } from './server.ts';
import { createTokenVerifier } from './tokens.ts';

export const ACCOUNT = '0198d2f0-0000-7000-8000-000000000001';
export const OTHER_ACCOUNT = '0198d2f0-0000-7000-8000-000000000002';

export const things = {
  create: publicRoute({
    method: 'POST',
    path: '/test/v1/things',
    summary: 'Make a thing',
    tag: 'things',
    permission: 'fleet:change',
    idempotencyKey: true,
    body: z.object({
      name: z.string().min(1),
      colour: z.enum(['red', 'blue']),
      parts: z.array(z.object({ count: z.int() })).optional(),
    }),
    status: 201,
    answer: z.object({ id: z.string(), key: z.string() }),
  }),
  edit: publicRoute({
    method: 'PATCH',
    path: '/test/v1/edited-things/:id',
    summary: 'Edit a thing',
    tag: 'things',
    permission: 'fleet:change',
    ifMatch: true,
    params: z.object({ id: z.uuid() }),
    status: 200,
    answer: z.object({ version: z.number() }),
  }),
  get: publicRoute({
    method: 'GET',
    path: '/test/v1/things/:id',
    summary: 'A thing',
    tag: 'things',
    permission: 'fleet:read',
    params: z.object({ id: z.uuid() }),
    query: z.object({
      limit: z.coerce.number().int().max(10).default(5),
      kinds: z.array(z.enum(['a', 'b'])).optional(),
    }),
    status: 200,
    answer: z.object({ id: z.string(), accountId: z.string(), kind: z.string(), limit: z.number() }),
  }),
  fail: publicRoute({
    method: 'POST',
    path: '/test/v1/failures/:how',
    summary: 'Fail',
    tag: 'things',
    permission: 'fleet:read',
    params: z.object({ how: z.string() }),
    status: 204,
    answer: z.undefined(),
  }),
  internal: internalRoute({
    method: 'POST',
    path: '/internal/things/:id',
    summary: 'Inside',
    callers: ['order', 'worker'],
    params: z.object({ id: z.string() }),
    body: z.object({ name: z.string() }),
    status: 200,
    answer: z.object({ service: z.string(), accountId: z.string(), actor: z.string().nullable(), name: z.string() }),
  }),
};

const pgError = (code: string): Error => Object.assign(new Error('pg says no'), { code });
const FAILURES: Record<string, unknown> = {
  missing: notFound(),
  warnings: new ProblemError('warnings_not_accepted', 'Sure?', { warnings: [{ code: 'old', detail: 'Old' }] }),
  bug: new Error('secret detail'),
  'disk-full': pgError('53100'),
  shutdown: pgError('57P01'),
  refused: pgError('ECONNREFUSED'),
  pool: new Error('timeout exceeded when trying to connect'),
  unique: pgError('23505'),
};

export type ThingServers = Awaited<ReturnType<typeof startThingServers>>;

/** A public and an internal server with routes that succeed and fail in every way, and an issuer beside them. */
export const startThingServers = async () => {
  const lines: string[] = [];
  const issuer: TestIssuer = await startTestIssuer();
  const tokens = createTokenVerifier(issuer);
  const logger = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const options = { name: 'test', logger, tokens, checkAnswers: true, pressure: 'off' as const };
  const app = await buildServer({ ...options, ready: { good: async () => undefined }, callsPerMinute: 'off' });
  servePublic(app, things.create, ({ body, idempotencyKey }) => ({ id: body.name, key: idempotencyKey }));
  servePublic(app, things.edit, ({ ifMatch }) => ({ version: ifMatch }));
  servePublic(app, things.get, ({ params, query, caller }) => ({
    id: params.id,
    accountId: caller.accountId,
    kind: caller.kind,
    limit: query.limit,
  }));
  servePublic(app, things.fail, ({ params }) => {
    const error = FAILURES[params.how];
    if (error !== undefined) throw error;
  });
  serveRaw(app, { method: 'POST', path: '/test/v1/raw', summary: 'Raw', tag: 'things' }, async ({ rawBody }) => ({
    text: rawBody.toString('utf8'),
  }));
  const inside = await buildInternalServer({
    ...options,
    ready: { good: async () => undefined, bad: () => Promise.reject(new Error('no')) },
  });
  serveInternal(inside, things.internal, ({ caller, body }) => ({
    service: caller.service,
    accountId: caller.accountId,
    actor: caller.actor?.sub ?? null,
    name: body.name,
  }));
  const user = await issuer.userToken({ accountId: ACCOUNT, roles: ['manager', 'astronaut'] });
  return {
    issuer,
    app,
    inside,
    /** A token of a manager of {@link ACCOUNT}. */
    user,
    /** What was logged. */
    lines,
    send: sender(app),
    stop: async (): Promise<void> => {
      await app.close();
      await inside.close();
      await issuer.stop();
    },
  };
};

const sender =
  (app: FastifyInstance) =>
  (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) =>
    app.inject({
      method,
      url,
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { payload: options.body as object }),
    });
