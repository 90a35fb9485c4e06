/** Who speaks in a history: managers and operations over the public API, and the provider through its sandbox. */
import { randomUUID } from 'node:crypto';
import { parseJsonOrNothing } from '@simlane/service-kit/bounded-answer';
import { ACCOUNT_HEADER } from '@simlane/service-kit/authentication';
import { Pool } from 'pg';
import { inTurn, signCallers } from '../local/callers.ts';
import { serviceToken, signInAs } from '../local/sign-in.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl, type SandboxControl } from '../provider-sandbox/control-client.ts';
import { ACCOUNT_ID, putModelAccount } from './model-account.ts';

/** Two cores carry the stack, the test and everything else. */
const ANSWER_WITHIN_MS = 30_000;
const TOKENS_FOR_MS = 5 * 60_000;

export interface ApiAnswer<T = unknown> {
  readonly status: number;
  readonly body: T;
}

export interface ModelStage {
  readonly sandbox: SandboxControl;
  /** Resolves to whatever is answered. */
  asManager<T>(method: string, path: string, body?: object): Promise<ApiAnswer<T>>;
  asOperations<T>(method: string, path: string, body?: object): Promise<ApiAnswer<T>>;
  /** The internal API of order. */
  asWorker<T>(method: string, path: string): Promise<ApiAnswer<T>>;
  /** Moves the deadline of an order into the past, as nobody can who only calls. False: it waits for nothing. */
  letDeadlinePass(orderId: string): Promise<boolean>;
  close(): Promise<void>;
}

export const setModelStage = async (info: StackInfo, lines: number): Promise<ModelStage> => {
  await putModelAccount(info, lines);
  const signIn = async () => ({
    at: Date.now(),
    nextManager: inTurn(await signCallers(info, ACCOUNT_ID)),
    operations: await signInAs(info, 'operations'),
    worker: await serviceToken(info, 'simlane-worker'),
  });
  let signed = signIn();
  /** Thousands of histories take longer than a token lives. */
  const tokens = async () => {
    if (Date.now() - (await signed).at > TOKENS_FOR_MS) signed = signIn();
    return signed;
  };

  const database = new Pool({ connectionString: info.postgres.adminUrl.replace(/\/postgres$/, '/simlane_order') });
  database.on('error', () => {});

  const send = async <T>(token: string, method: string, path: string, body?: object, headers = {}) => {
    const response = await fetch(`${baseOf(info, path)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return { status: response.status, body: parseJsonOrNothing(await response.text()) as T };
  };

  return {
    sandbox: createSandboxControl({ url: info.sandbox.url, token: info.sandbox.controlToken }),
    asManager: async (method, path, body) => send((await tokens()).nextManager(), method, path, body),
    asOperations: async (method, path, body) =>
      send((await tokens()).operations, method, path, body, { [ACCOUNT_HEADER]: ACCOUNT_ID }),
    asWorker: async (method, path) =>
      send((await tokens()).worker, method, path, undefined, { [ACCOUNT_HEADER]: ACCOUNT_ID }),
    letDeadlinePass: async (orderId) => {
      const { rowCount } = await database.query(
        `update "order" set waits_until = now() - interval '1 second', silence_step = 0
          where id = $1 and waits_until is not null and status in ('confirmed', 'in_progress')`,
        [orderId],
      );
      return rowCount === 1;
    },
    close: () => database.end(),
  };
};

const baseOf = ({ services }: StackInfo, path: string): string => {
  if (path.startsWith('/internal/')) return services.order.internalUrl;
  return path.startsWith('/orders/') ? services.order.url : services.inventory.url;
};

/** The body of an answer that must be a success. */
export const got = async <T>(answer: Promise<ApiAnswer<T>>): Promise<T> => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
};
