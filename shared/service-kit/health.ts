// For the fields that it adds to the schema of a route.
import type {} from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** By name of the dependency: resolves when it can be used, rejects when not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** A dependency that takes longer to say yes is of no use to a request either. */
const CHECK_TIMEOUT_MS = 2_000;
/** However often it is asked, a dependency is looked at once in this time. */
const SHORTEST_INTERVAL_MS = 1_000;

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly dependencies: Readonly<Record<string, 'ok' | 'failed'>>;
}

/** `/livez`: the process answers. `/readyz`: each dependency by name, 503 when one of them fails. */
export const addHealthRoutes = (app: FastifyInstance, checks: ReadinessChecks): void => {
  const readiness = createReadiness(checks);
  app.get('/livez', { schema: { hide: true } }, () => ({ status: 'alive' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const answer = await readiness();
    if (answer.status === 'not_ready') reply.code(503);
    return answer;
  });
};

export const createReadiness = (checks: ReadinessChecks): (() => Promise<Readiness>) => {
  let latest: { at: number; answer: Promise<Readiness> } | undefined;
  return () => {
    const now = performance.now();
    if (latest === undefined || now - latest.at >= SHORTEST_INTERVAL_MS) latest = { at: now, answer: runAll(checks) };
    return latest.answer;
  };
};

const runAll = async (checks: ReadinessChecks): Promise<Readiness> => {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'failed'] as const),
  );
  const status = results.every(([, result]) => result === 'ok') ? 'ready' : 'not_ready';
  return { status, dependencies: Object.fromEntries(results) };
};

const passes = async (check: () => Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, false);
  });
  try {
    return await Promise.race([check().then(() => true), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
};
