import { randomUUID } from 'node:crypto';
import { ACCOUNT_HEADER } from '@simlane/service-kit/authentication';
import { parseJsonOrNothing } from '@simlane/service-kit/bounded-answer';
import { type Problem, problemSchema } from '@simlane/contracts/http/problem';
import type { PublicRoute, RouteAnswer, RouteRequest } from '@simlane/contracts/http/route';
import type { StackInfo } from '../local/stack-info.ts';

/** A person would not wait longer for a page. */
const ANSWER_WITHIN_MS = 15_000;

export interface ServiceUrls {
  readonly catalog: string;
  readonly inventory: string;
  readonly order: string;
  readonly notification: string;
}

/** Where the public APIs of a stack are. */
export const publicUrls = ({ services: { catalog, inventory, order, notification } }: StackInfo): ServiceUrls => ({
  catalog: catalog.url,
  inventory: inventory.url,
  order: order.url,
  notification: notification.url,
});

/** The four services' public APIs as one user sees them, typed by the contracts. */
export interface PublicApi {
  /**
   * Calls a route, a POST with a fresh Idempotency-Key unless one is given. The answer is checked against the contract.
   *
   * @throws ApiProblem for an answer that is no success; Error for an answer of another form
   */
  call<const R extends PublicRoute>(
    contract: R,
    request: RouteRequest<R>,
    idempotencyKey?: string,
  ): Promise<RouteAnswer<R>>;
}

/** A problem as a service answered it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly problem: Problem | undefined;
  /** The answer says when to come again. */
  readonly asksForTime: boolean;

  constructor(what: string, { status, headers }: Pick<Response, 'status' | 'headers'>, text: string) {
    super(`${what} answered ${status}: ${text}`);
    this.status = status;
    this.asksForTime = headers.has('retry-after');
    this.problem = problemSchema.safeParse(parseJsonOrNothing(text)).data;
  }
}

/** @param accountId named by operations, who belong to no account */
export const createPublicApi = (urls: ServiceUrls, token: string, accountId?: string): PublicApi => ({
  call: async (contract, request, idempotencyKey = randomUUID()) => {
    const { params, query, body } = request as LooseRequest;
    const path = contract.path.replaceAll(/:(\w+)/g, (_whole, name: string) =>
      encodeURIComponent(String(params?.[name])),
    );
    const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    const response = await fetch(`${baseUrl(urls, path)}${path}${search.size === 0 ? '' : `?${search.toString()}`}`, {
      method: contract.method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(accountId === undefined ? {} : { [ACCOUNT_HEADER]: accountId }),
        ...(contract.method === 'POST' ? { 'idempotency-key': idempotencyKey } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    const what = `${contract.method} ${path}`;
    if (response.status !== contract.status) throw new ApiProblem(what, response, text);
    const answer = contract.answer.safeParse(parseJsonOrNothing(text));
    if (!answer.success) throw new Error(`${what} answered in another form than agreed: ${answer.error.message}`);
    return answer.data as RouteAnswer<typeof contract>;
  },
});

interface LooseRequest {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const baseUrl = (urls: ServiceUrls, path: string): string => {
  if (path.startsWith('/catalog/')) return urls.catalog;
  if (path.startsWith('/inventory/')) return urls.inventory;
  if (path.startsWith('/orders/')) return urls.order;
  if (path.startsWith('/notifications/')) return urls.notification;
  throw new Error(`No service has ${path}`);
};
