import type { z } from 'zod';
import type {
  AcceptedOrder,
  Connection,
  Delivery,
  rawSignalRequestSchema,
  ReceivedRequest,
  rulesSchema,
  SentSignal,
  signalRequestSchema,
} from './control-api.ts';
import type {
  AcceptedServiceChange,
  serviceAnswerRequestSchema,
  serviceRulesSchema,
  servicesInForceSchema,
  SimServices,
} from './service-control-api.ts';

/** A signal waits for its answer, which can take the whole of a delivery's time-out for each copy. */
const ANSWER_WITHIN_MS = 30_000;

/** The control side of the sandbox, for the seed, the demo and tests. Every call rejects on an answer that is no 2xx. */
export interface SandboxControl {
  putConnection(providerId: string, connection: Connection): Promise<void>;
  putRules(rules: z.input<typeof rulesSchema>['rules']): Promise<void>;
  putOrderRules(orderId: string, rules: z.input<typeof rulesSchema>['rules']): Promise<void>;
  /** Says it now, once per copy; resolves to the answers. */
  signal(orderId: string, signal: z.input<typeof signalRequestSchema>): Promise<readonly SentSignal[]>;
  rawSignal(
    providerId: string,
    signal: Omit<z.input<typeof rawSignalRequestSchema>, 'providerId'>,
  ): Promise<readonly SentSignal[]>;
  orders(orderId?: string): Promise<readonly AcceptedOrder[]>;
  requests(orderId?: string): Promise<readonly ReceivedRequest[]>;
  deliveries(orderId?: string): Promise<readonly Delivery[]>;
  putServiceRules(rules: z.input<typeof serviceRulesSchema>['rules']): Promise<void>;
  /** The SIM has these services from now on, without anybody having asked. */
  setServices(providerId: string, iccid: string, services: z.input<typeof servicesInForceSchema>): Promise<void>;
  /** What is in force. */
  services(providerId: string, iccid: string): Promise<SimServices>;
  serviceChanges(changeId?: string): Promise<readonly AcceptedServiceChange[]>;
  /** Says what became of a change, once per copy; resolves to the answers. */
  answerServiceChange(
    changeId: string,
    answer: z.input<typeof serviceAnswerRequestSchema>,
  ): Promise<readonly SentSignal[]>;
}

export const createSandboxControl = (at: { readonly url: string; readonly token: string }): SandboxControl => {
  const call = async (method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${at.url}/control${path}`, {
      method,
      headers: {
        authorization: `Bearer ${at.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const list = async <T>(path: string, id: string | undefined, name = 'orderId'): Promise<readonly T[]> => {
    const query = id === undefined ? '' : `?${name}=${encodeURIComponent(id)}`;
    return ((await call('GET', `${path}${query}`)) as { items: readonly T[] }).items;
  };
  const send = async (path: string, body: unknown): Promise<readonly SentSignal[]> =>
    ((await call('POST', path, body)) as { deliveries: readonly SentSignal[] }).deliveries;

  return {
    putConnection: async (providerId, connection) => {
      await call('PUT', `/connections/${providerId}`, connection);
    },
    putRules: async (rules) => {
      await call('PUT', '/rules', { rules });
    },
    putOrderRules: async (orderId, rules) => {
      await call('PUT', `/orders/${orderId}/rules`, { rules });
    },
    signal: (orderId, signal) => send(`/orders/${orderId}/signals`, signal),
    rawSignal: (providerId, signal) => send(`/connections/${providerId}/raw-signals`, signal),
    orders: (orderId) => list('/orders', orderId),
    requests: (orderId) => list('/requests', orderId),
    deliveries: (orderId) => list('/deliveries', orderId),
    putServiceRules: async (rules) => {
      await call('PUT', '/service-rules', { rules });
    },
    setServices: async (providerId, iccid, services) => {
      await call('PUT', `/connections/${providerId}/sims/${iccid}/services`, services);
    },
    services: async (providerId, iccid) =>
      (await call('GET', `/connections/${providerId}/sims/${iccid}/services`)) as SimServices,
    serviceChanges: (changeId) => list('/service-changes', changeId, 'changeId'),
    answerServiceChange: (changeId, answer) => send(`/service-changes/${changeId}/answer`, answer),
  };
};
