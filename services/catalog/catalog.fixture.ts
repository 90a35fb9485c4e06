import { randomUUID } from 'node:crypto';
import type { Article, CatalogSeed, Distributor, OrderPack, Provider } from '@simlane/contracts/http/catalog';
import type { InternalRoute } from '@simlane/contracts/http/route';
import type { ServiceName } from '@simlane/contracts/permissions';
import { createLogger } from '@simlane/service-kit/logger';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { createTestDatabase, type TestDatabase } from '@simlane/testing/database';
import { startTestIssuer, type TestIssuer } from '@simlane/testing/issuer';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import type { CatalogDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';

/** Catalog on a database of its own, for one test file. */
export interface TestCatalog {
  readonly database: TestDatabase<CatalogDatabase>;
  readonly issuer: TestIssuer;
  readonly app: { readonly public: FastifyInstance; readonly internal: FastifyInstance };
  /** GET as a user of the account. */
  get(accountId: string, url: string, roles?: readonly string[]): Promise<Answer>;
  /** A call that may change something, as the administrator of the account unless it says otherwise. */
  send(accountId: string, request: PublicRequest): Promise<Answer & { readonly etag: string | undefined }>;
  /** A call of one of our services for the account. */
  call(accountId: string, from: ServiceName, request: InternalRequest): Promise<Answer>;
  /** Puts a seed and expects it to be taken. */
  seed(seed: CatalogSeed): Promise<void>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test expects of it, it says itself
  readonly body: any;
}

interface PublicRequest {
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly roles?: readonly string[];
  readonly sub?: string;
  /** A fresh one unless given; null sends none. */
  readonly key?: string | null;
  readonly ifMatch?: number | string;
}

interface InternalRequest {
  readonly method?: InternalRoute['method'];
  readonly url: string;
  readonly body?: unknown;
}

export const startTestCatalog = async (seeding: 'allowed' | 'refused' = 'allowed'): Promise<TestCatalog> => {
  const database = await createTestDatabase<CatalogDatabase>({ service: 'catalog', migrations });
  const issuer = await startTestIssuer();
  const app = await buildApp({
    db: database.db,
    logger: createLogger({ name: 'test', level: 'silent' }),
    tokens: createTokenVerifier(issuer),
    seeding,
    checkAnswers: true,
    callsPerMinute: 'off',
    pressure: 'off',
  });
  const call: TestCatalog['call'] = async (accountId, from, { method = 'GET', url, body }) => {
    const token = await issuer.serviceToken(from);
    const headers = { authorization: `Bearer ${token}`, 'simlane-account': accountId };
    const payload = body === undefined ? {} : { payload: body as object };
    const answer = await app.internal.inject({ method, url, headers, ...payload });
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
  };
  return {
    database,
    issuer,
    app,
    call,
    get: async (accountId, url, roles = ['viewer']) => {
      const token = await issuer.userToken({ accountId, roles });
      const answer = await app.public.inject({ url, headers: { authorization: `Bearer ${token}` } });
      return { status: answer.statusCode, body: answer.json() };
    },
    send: async (accountId, { method, url, body, roles = ['administrator'], sub, key = randomUUID(), ifMatch }) => {
      const token = await issuer.userToken({ accountId, roles, ...(sub === undefined ? {} : { sub }) });
      const headers = {
        authorization: `Bearer ${token}`,
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(ifMatch === undefined ? {} : { 'if-match': typeof ifMatch === 'number' ? `"${ifMatch}"` : ifMatch }),
      };
      const payload = body === undefined ? {} : { payload: body as object };
      const answer = await app.public.inject({ method, url, headers, ...payload });
      return { status: answer.statusCode, body: answer.json(), etag: answer.headers.etag };
    },
    seed: async (seed) => {
      const answer = await call(seed.account.id, 'seed', { method: 'PUT', url: '/internal/seed', body: seed });
      if (answer.status !== 204) throw new Error(`The seed was not taken: ${JSON.stringify(answer.body)}`);
    },
    stop: async () => {
      await Promise.all([app.public.close(), app.internal.close(), issuer.stop()]);
      await database.stop();
    },
  };
};

export const aProvider = (changes: Partial<Provider> = {}): Provider => ({
  id: randomUUID(),
  name: 'Alpha Mobile',
  customerNumber: 'C-1001',
  contractReference: null,
  timeToAcknowledge: 'P2D',
  timeToProcess: 'P10D',
  cutoverOn: 'processed',
  billingZone: 'Europe/Paris',
  planChange: 'we_schedule',
  serviceChangesPerMinute: 600,
  smdpAddresses: ['smdp.alpha.example'],
  archivedAt: null,
  ...changes,
});

export const aDistributor = (changes: Partial<Distributor> = {}): Distributor => ({
  id: randomUUID(),
  name: 'Resell One',
  contacts: [
    { id: randomUUID(), name: 'Ann', email: 'ann@reseller.example', language: 'en', roles: ['esim_qr_code'] },
    { id: randomUUID(), name: 'Zoé', email: 'zoe@reseller.example', language: 'fr', roles: [] },
  ],
  archivedAt: null,
  ...changes,
});

export const anEsim = (provider: Provider, distributor: Distributor, changes: Partial<Article> = {}): Article => ({
  id: randomUUID(),
  name: 'eSIM',
  section: 'sim_cards',
  simKind: 'esim',
  providerId: provider.id,
  distributorId: distributor.id,
  supplierArticleCode: 'ESIM-01',
  prices: [{ kind: 'one_off', amountMinor: 500, currency: 'EUR' }],
  commitmentMonths: 12,
  validFrom: null,
  validUntil: null,
  ...changes,
});

export const aPack = (articles: Article[], changes: Partial<OrderPack> = {}): OrderPack => ({
  id: randomUUID(),
  name: 'Mobile pack',
  articles,
  archivedAt: null,
  ...changes,
});

type ServicePackSeed = CatalogSeed['servicePacks'][number];

export const aServicePack = (provider: Provider, changes: Partial<ServicePackSeed> = {}): ServicePackSeed => ({
  id: randomUUID(),
  name: 'Smartphone',
  providerId: provider.id,
  options: [
    { code: 'sms', name: 'SMS', values: ['off', 'on'], default: 'on' },
    { code: 'data', name: 'Data', values: ['off', '5_gb', '20_gb'], default: '5_gb' },
    { code: 'roaming', name: 'Roaming zone', values: ['off', 'europe', 'world'], default: 'off' },
  ],
  rules: [
    { option: 'data', value: 'off', excludes: { option: 'roaming', value: 'europe' } },
    { option: 'roaming', value: 'world', requires: { option: 'data', value: '20_gb' } },
  ],
  ...changes,
});

/** A catalog with a provider, a pack and a plan of it, and a profile of these. */
export const aSeedWithServices = (): CatalogSeed => {
  const provider = aProvider();
  const pack = aServicePack(provider);
  const plan = { id: randomUUID(), name: 'Business', providerId: provider.id, code: 'BUS-1' };
  const profile = {
    id: randomUUID(),
    name: 'Office',
    servicePackId: pack.id,
    ratePlanId: plan.id,
    options: { sms: 'on', data: '20_gb', roaming: 'europe' },
  };
  return aSeed({
    providers: [provider],
    orderPacks: [],
    servicePacks: [pack],
    ratePlans: [plan],
    serviceProfiles: [profile],
  });
};

/** A whole catalog with one of each, but for what has versions; parts given replace these. */
export const aSeed = (parts: Partial<CatalogSeed> = {}): CatalogSeed => {
  const provider = aProvider();
  const distributor = aDistributor();
  return {
    account: {
      id: randomUUID(),
      name: 'Acme',
      timeZone: 'Europe/Paris',
      locale: 'en',
      notificationAddress: 'fleet@acme.example',
    },
    providers: [provider],
    distributors: [distributor],
    orderPacks: [aPack([anEsim(provider, distributor)])],
    servicePacks: [],
    ratePlans: [],
    serviceProfiles: [],
    ...parts,
  };
};
