import { randomBytes, randomUUID } from 'node:crypto';
import { providerRequestKey, submissionKey } from '@simlane/contracts/http/provider';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { buildApp } from './app.ts';
import { type Journal, memoryJournal } from './journal.ts';
import { type SignalReceiver, startSignalReceiver } from './signal-receiver.ts';

const CONTROL_TOKEN = 'control-token-of-the-tests';
export const CREDENTIAL = 'credential-of-the-provider';
/** Everything is on one machine; what takes longer than this does not come. */
export const WITHIN = { timeout: 4_000, interval: 10 };

export const aSignalSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

export const anOrder = () => ({
  orderId: randomUUID() as string,
  action: 'switch_to_esim',
  msisdn: '+447700900123',
  oldIccid: null,
  supplierArticleCode: 'ESIM-1',
  customerNumber: '100',
  deliveryContact: { name: 'Fleet desk', email: 'fleet@example.com' },
  comment: null as string | null,
});

/** A sandbox with one provider connected to a receiver of its signals. */
export interface TestSandbox {
  readonly app: FastifyInstance;
  readonly providerId: string;
  readonly receiver: SignalReceiver;
  /** Calls the control side. */
  control(method: 'GET' | 'PUT' | 'POST', url: string, payload?: object): ReturnType<typeof callApp>;
  /** The items that the control side lists. */
  list<T>(url: string): Promise<T[]>;
  /** Orders as our order service does. */
  submit(order: ReturnType<typeof anOrder>, options?: { key?: string; as?: string }): ReturnType<typeof callApp>;
  /** Calls the provider's side with its credential. */
  ask(url: string, request?: { method: Method; key?: string; payload?: object }): ReturnType<typeof callApp>;
  /** Cancels or reminds of an order as our order service does for one fact. */
  request(what: 'cancellation' | 'reminders', orderId: string, factId: string): ReturnType<typeof callApp>;
  /** A received signal, its signature verified. Throws if it does not verify. */
  verified(index: number): unknown;
  close(): Promise<void>;
}

export const startTestSandbox = async (
  options: { journal?: Journal; providerId?: string; signalSecret?: string; receiver?: SignalReceiver } = {},
): Promise<TestSandbox> => {
  const { journal = memoryJournal(), providerId = randomUUID(), signalSecret = aSignalSecret() } = options;
  const receiver = options.receiver ?? (await startSignalReceiver());
  const app = await buildApp({ controlToken: CONTROL_TOKEN, journal });
  const control: TestSandbox['control'] = (method, url, payload) =>
    callApp(app, { method, url: `/control${url}`, bearer: CONTROL_TOKEN, payload });
  await control('PUT', `/connections/${providerId}`, {
    accountId: randomUUID(),
    credential: CREDENTIAL,
    signalUrl: receiver.url,
    signalSecret,
  });
  const ask: TestSandbox['ask'] = (url, { method, key, payload } = { method: 'GET' }) =>
    callApp(app, { method, url: `/providers/${providerId}${url}`, bearer: CREDENTIAL, key, payload });
  return {
    app,
    providerId,
    receiver,
    control,
    list: async <T>(url: string) => (await control('GET', url)).json<{ items: T[] }>().items,
    submit: (order, { key = submissionKey(order.orderId), as = CREDENTIAL } = {}) =>
      callApp(app, { method: 'POST', url: `/providers/${providerId}/orders`, bearer: as, key, payload: order }),
    ask,
    request: (what, orderId, factId) =>
      ask(`/orders/${orderId}/${what}`, { method: 'POST', key: providerRequestKey(orderId, factId) }),
    verified: (index) => {
      const signal = receiver.received[index];
      if (!signal) throw new Error(`Signal ${index} was not received`);
      const headers = Object.entries(signal.headers).map(([name, value]) => [name, String(value)]);
      return new Webhook(signalSecret).verify(signal.body, Object.fromEntries(headers));
    },
    close: async () => {
      await app.close();
      await receiver.close();
    },
  };
};

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

const callApp = (
  app: FastifyInstance,
  call: {
    method: Method;
    url: string;
    bearer: string;
    key?: string | undefined;
    payload?: object | undefined;
  },
) =>
  app.inject({
    method: call.method,
    url: call.url,
    headers: {
      authorization: `Bearer ${call.bearer}`,
      ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
    },
    ...(call.payload === undefined ? {} : { payload: call.payload }),
  });
