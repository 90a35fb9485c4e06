/** Calls of routes without a client of ours in between: what they are answered with, and nothing else. */
import { ACCOUNT_HEADER, ACTOR_HEADER, encodeActor } from '@simlane/service-kit/authentication';
import { randomUUID } from 'node:crypto';
import { serviceUrls } from './fleet-manager.fixture.ts';

export interface RouteCall {
  readonly url: string;
  readonly method: string;
  readonly token: string | undefined;
  readonly accountId?: string;
  readonly body?: unknown;
}

/** The status that a call is answered with, and the code of its problem. */
const answerTo = async ({ url, method, token, accountId, body }: RouteCall): Promise<string> => {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': randomUUID(),
      'if-match': '"1"',
      [ACTOR_HEADER]: encodeActor({ sub: 'demo-manager-fr', roles: ['manager'] }),
      ...(accountId === undefined ? {} : { [ACCOUNT_HEADER]: accountId }),
      ...(body === undefined || method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined || method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json().catch(() => ({}))) as { code?: string; items?: unknown[] };
  return `${response.status} ${answer.code ?? (answer.items === undefined ? '' : `${answer.items.length} items`)}`;
};

/** The public address of the service that has the path. */
export const baseOf = (path: string): string => {
  const { catalog, inventory, order, notification } = serviceUrls();
  if (path.startsWith('/catalog/')) return catalog;
  if (path.startsWith('/inventory/')) return inventory;
  return path.startsWith('/orders/') ? order : notification;
};

/** The path with its parameters in place. */
export const filled = (path: string, idOf: (parameter: string) => string): string =>
  path.replaceAll(/:(\w+)/g, (_whole, parameter: string) => idOf(parameter));

export const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;

/** Asks one after the other; resolves to the answers by what was asked. */
export const answersTo = async (calls: readonly (readonly [name: string, call: RouteCall])[]) => {
  const answers: Record<string, string> = {};
  for (const [name, call] of calls) answers[name] = await answerTo(call);
  return answers;
};

/** The same answer to everything that was asked. */
export const allAlike = (answers: Record<string, string>, answer: string) =>
  Object.fromEntries(Object.keys(answers).map((name) => [name, answer]));
