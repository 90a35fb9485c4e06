/** The order service on a real database, with the services and the provider it talks to in the test's hands. */
import type { Order } from '@simlane/contracts/http/order';
import type { Role, ServiceName } from '@simlane/contracts/permissions';
import { createDueLoop } from '@simlane/service-kit/due-loop';
import { createLogger } from '@simlane/service-kit/logger';
import { createSealer } from '@simlane/service-kit/sealing';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { createTestDatabase } from '@simlane/testing/database';
import { startTestIssuer } from '@simlane/testing/issuer';
import type { InjectOptions } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { buildApp } from './app.ts';
import type { OrderDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';
import { createOrderDueHandler } from './processing/order-due-handler.ts';
import { createConnectionKeeper } from './provider/provider-connection.service.ts';
import { createHttpProviderServices } from './sim-services/http-provider-services.ts';
import { createServiceCallDueHandler } from './sim-services/service-call-due.ts';
import {
  FakeInventory,
  FakeProvider,
  FakeSimServicesWorkflow,
  FakeWorkflow,
  fakeCatalog,
} from './outside-world.fixture.ts';

const SEALING_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;

export interface Answer<T = Order> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface SignalOptions {
  readonly messageId?: string;
  readonly secret?: string;
  readonly timestamp?: Date;
  readonly providerId?: string;
  readonly accountId?: string;
  readonly raw?: string;
}

export interface OrderAppOptions {
  readonly readOnly?: boolean;
  /** Where the services of SIMs are asked for, below which each provider has its id. */
  readonly providersAt?: string;
}

export const startOrderApp = async ({
  readOnly = false,
  providersAt = 'https://provider.example/api',
}: OrderAppOptions = {}) => {
  const database = await createTestDatabase<OrderDatabase>({ service: 'order', migrations });
  const issuer = await startTestIssuer();
  const logger = createLogger({ name: 'test', level: 'silent' });
  const sealer = createSealer(SEALING_KEY);
  const accountId = uuidV7();
  const otherAccountId = uuidV7();
  const providerId = uuidV7();
  const otherProviderId = uuidV7();
  const inventory = new FakeInventory(providerId);
  const catalog = fakeCatalog(providerId);
  const provider = new FakeProvider();
  const workflow = new FakeWorkflow();
  const simServices = new FakeSimServicesWorkflow();
  const secrets = { provider: newSecret(), otherProvider: newSecret(), otherAccount: newSecret() };

  const connections = createConnectionKeeper({ db: database.db, sealer });
  const addressOf = (id: string): string => `${providersAt}/${id}`;
  const credential = 'credential-of-the-provider';
  await connections.put(accountId, [
    { providerId, address: addressOf(providerId), credential, signalSecrets: [secrets.provider] },
    {
      providerId: otherProviderId,
      address: addressOf(otherProviderId),
      credential,
      signalSecrets: [secrets.otherProvider],
    },
  ]);
  await connections.put(otherAccountId, [
    { providerId, address: addressOf(providerId), credential, signalSecrets: [secrets.otherAccount] },
  ]);

  const handleDue = createOrderDueHandler({ db: database.db, inventory, sealer, workflow, kick: () => undefined });
  const handleServiceCallDue = createServiceCallDueHandler({ db: database.db, workflow: simServices });
  const loop = createDueLoop({
    db: database.db,
    logger,
    handlers: { order: handleDue, service_call: handleServiceCallDue },
    pollIntervalMs: 50,
  });
  const app = await buildApp({
    db: database.db,
    logger,
    tokens: createTokenVerifier(issuer),
    ready: {},
    catalog,
    inventory,
    provider,
    services: createHttpProviderServices({ allowLoopback: true }),
    sealer,
    loop: { kick: () => undefined },
    publicUrl: 'https://simlane.example',
    seeding: 'refused',
    readOnly,
    server: { checkAnswers: true, callsPerMinute: 'off', pressure: 'off' },
  });

  const call = async <T = Order>(
    method: NonNullable<InjectOptions['method']>,
    url: string,
    options: {
      body?: unknown;
      roles?: Role[];
      accountId?: string;
      sub?: string;
      key?: string;
    } = {},
  ): Promise<Answer<T>> => {
    const account = options.accountId ?? accountId;
    const roles = options.roles ?? ['manager'];
    const isOperations = roles.includes('operations');
    const token = await issuer.userToken({
      ...(isOperations ? {} : { accountId: account }),
      roles,
      sub: options.sub ?? 'user-1',
      name: 'Mary Manager',
      email: 'mary@example.com',
      locale: 'en',
    });
    const answer = await app.public.inject({
      method,
      url: `/orders/v1${url}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
        ...(isOperations ? { 'simlane-account': account } : {}),
      },
      ...(options.body === undefined ? {} : { payload: options.body as object }),
    });
    return { status: answer.statusCode, body: parse<T>(answer.body), headers: answer.headers };
  };

  const callInternal = async <T>(
    method: 'GET' | 'PUT' | 'DELETE',
    url: string,
    options: { body?: unknown; service?: ServiceName; accountId?: string } = {},
  ): Promise<Answer<T>> => {
    const answer = await app.internal.inject({
      method,
      url: `/internal${url}`,
      headers: {
        authorization: `Bearer ${await issuer.serviceToken(options.service ?? 'worker')}`,
        'simlane-account': options.accountId ?? accountId,
      },
      ...(options.body === undefined ? {} : { payload: options.body as object }),
    });
    return { status: answer.statusCode, body: parse<T>(answer.body), headers: answer.headers };
  };

  const signal = async (
    body: object,
    options: SignalOptions = {},
  ): Promise<Answer<{ receipt: string; intake: string }>> => {
    const payload = options.raw ?? JSON.stringify(body);
    const id = options.messageId ?? `msg_${uuidV7()}`;
    const at = options.timestamp ?? new Date();
    const answer = await app.public.inject({
      method: 'POST',
      url: `/orders/v1/provider-signals/${options.accountId ?? accountId}/${options.providerId ?? providerId}`,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(options.secret ?? secrets.provider).sign(id, at, payload),
      },
      payload,
    });
    return { status: answer.statusCode, body: parse(answer.body), headers: answer.headers };
  };

  const draft = async (): Promise<Order> => {
    const made = await call('POST', '/orders', { key: uuidV7(), body: { action: 'switch_to_esim', lineId: uuidV7() } });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return made.body;
  };

  const completeDraft = async (): Promise<Order> => {
    const { id } = await draft();
    const entry = { deliveryContact: { name: 'Front desk', email: 'desk@example.com' }, reason: 'convenience' };
    return (await call('PATCH', `/orders/${id}`, { body: entry })).body;
  };

  const confirmedOrder = async (): Promise<Order> => {
    const { id } = await completeDraft();
    const confirmed = await call('POST', `/orders/${id}/confirmation`, { body: {} });
    if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed.body));
    return confirmed.body;
  };

  return {
    database,
    issuer,
    app,
    sealer,
    loop,
    handleDue: (orderId: string, tries = 0) => handleDue({ id: orderId, accountId, tries }),
    accountId,
    otherAccountId,
    providerId,
    otherProviderId,
    secrets,
    inventory,
    catalog,
    provider,
    workflow,
    simServices,
    connections,
    credential,
    addressOf,
    call,
    callInternal,
    signal,
    draft,
    completeDraft,
    confirmedOrder,
    stop: async () => {
      await loop.stop();
      await app.public.close();
      await app.internal.close();
      await issuer.stop();
      await database.stop();
    },
  };
};

export type OrderApp = Awaited<ReturnType<typeof startOrderApp>>;

const newSecret = (): string => `whsec_${Buffer.from(`${uuidV7()}${uuidV7()}`.slice(0, 32)).toString('base64')}`;

const parse = <T>(text: string): T => (text === '' ? undefined : JSON.parse(text)) as T;
