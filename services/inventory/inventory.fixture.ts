/** The whole service over a fresh database, with the catalog behind its port so that it can be made to fall silent. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Reservation, SimReplacement } from '@simlane/contracts/http/inventory-internal';
import type { Problem } from '@simlane/contracts/http/problem';
import type { Role, ServiceName } from '@simlane/contracts/permissions';
import { encodeActor } from '@simlane/service-kit/authentication';
import { createLogger } from '@simlane/service-kit/logger';
import { createMailedLinks } from '@simlane/service-kit/mailed-link';
import { UnavailableError } from '@simlane/service-kit/problem';
import { createSealer } from '@simlane/service-kit/sealing';
import { createTokenVerifier } from '@simlane/service-kit/tokens';
import { createTestDatabase } from '@simlane/testing/database';
import { startTestIssuer } from '@simlane/testing/issuer';
import type { InjectOptions } from 'fastify';
import {
  type Catalog,
  learnt,
  NOT_LEARNT,
  type ProviderFacts,
  type QrCodeContactFacts,
  type QrCodeProvider,
  type QrRequestFacts,
} from './actions/catalog.ts';
import { buildApp } from './app.ts';
import type { Schema } from './database.ts';
import type { Decoder } from './decoding/decoder.ts';
import { migrations } from './migrations/index.ts';
import { type ServiceCatalogInHand, serviceCatalogInHand } from './sim-services/service-catalog.fixture.ts';
import type { OriginalStore } from './qr-code/original-store.ts';

export interface CatalogInHand extends Catalog {
  /** By provider or distributor; what is not set here is what everybody has: one eSIM, one contact. */
  readonly providers: Map<string, ProviderFacts>;
  readonly contacts: Map<string, QrCodeContactFacts>;
  /** By distributor: who is asked for QR codes. */
  readonly requests: Map<string, Partial<QrRequestFacts>>;
  /** By provider: what its codes are compared with. */
  readonly codeProviders: Map<string, QrCodeProvider>;
  silent: boolean;
  asked: number;
}

export const ARTICLE = { packId: randomUUID(), articleId: randomUUID() };
export const ESIM = { id: ARTICLE.articleId, packId: ARTICLE.packId, distributorId: randomUUID() };
const EVERYBODYS_PROVIDER: ProviderFacts = { name: 'Polarlink', archived: false, esimArticles: [ESIM] };
const EVERYBODYS_CONTACTS: QrCodeContactFacts = { distributorName: 'Simhaus', contacts: 1 };

export const CONTACT = {
  id: randomUUID(),
  name: 'Camille Laurent',
  email: 'camille@simhaus.example',
  language: 'fr',
  roles: ['esim_qr_code'],
} as const;
const EVERYBODYS_REQUESTS: QrRequestFacts = {
  distributorName: 'Simhaus',
  contacts: [{ ...CONTACT, roles: [...CONTACT.roles] }],
  accountName: 'Calder Rail',
  timeZone: 'Europe/London',
  providerName: 'Polarlink',
};
export const KNOWN_SMDP_ADDRESS = 'smdp.polarlink.example';
const EVERYBODYS_CODES: QrCodeProvider = { name: 'Polarlink', smdpAddresses: [KNOWN_SMDP_ADDRESS] };

const catalogInHand = (): CatalogInHand => ({
  providers: new Map(),
  contacts: new Map(),
  requests: new Map(),
  codeProviders: new Map(),
  silent: false,
  asked: 0,
  async providerFacts(_accountId, providerId) {
    this.asked += 1;
    return this.silent ? NOT_LEARNT : learnt(this.providers.get(providerId) ?? EVERYBODYS_PROVIDER);
  },
  async qrCodeContacts(_accountId, distributorId) {
    this.asked += 1;
    return this.silent ? NOT_LEARNT : learnt(this.contacts.get(distributorId) ?? EVERYBODYS_CONTACTS);
  },
  async qrRequestFacts(_accountId, { distributorId }) {
    this.asked += 1;
    const known = distributorId === null ? undefined : this.requests.get(distributorId);
    return this.silent ? NOT_LEARNT : learnt({ ...EVERYBODYS_REQUESTS, ...known });
  },
  async qrCodeProvider(_accountId, providerId) {
    this.asked += 1;
    return this.silent ? NOT_LEARNT : learnt(this.codeProviders.get(providerId) ?? EVERYBODYS_CODES);
  },
});

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly problem: Problem;
}

export interface Person {
  readonly accountId: string;
  readonly roles?: readonly Role[];
  readonly sub?: string;
}

export interface InternalRequest {
  readonly method?: 'GET' | 'PUT';
  readonly path: string;
  readonly accountId: string;
  readonly service?: ServiceName;
  readonly actor?: { readonly sub: string; readonly roles: readonly Role[] };
  readonly body?: unknown;
}

/** Objects in memory, so that they can be looked at, and be made to be away. */
export const originalsInHand = () => {
  const objects = new Map<string, Buffer>();
  const state = { away: false };
  const orAway = (): void => {
    if (state.away) throw new UnavailableError('The store of files', 'away');
  };
  const store: OriginalStore = {
    put: async (key, object) => {
      orAway();
      if (objects.has(key)) throw new Error('a key is written once');
      objects.set(key, object);
    },
    get: async (key) => {
      orAway();
      const object = objects.get(key);
      if (object === undefined) throw new UnavailableError('The store of files', 'no such object');
      return object;
    },
    remove: async (key) => {
      orAway();
      objects.delete(key);
    },
  };
  return { ...store, objects, state };
};

/** What a file is, is another's business here: one that begins with LPA: or https is read as a QR code of that text. */
const decoderInHand = (): Decoder => ({
  decode: async (file) => {
    const text = Buffer.from(file).toString('utf8');
    if (text.startsWith('nothing')) return { outcome: 'read', format: 'png', codes: [], texts: [] };
    if (text.startsWith('broken')) return { outcome: 'unreadable', reason: 'broken', format: 'png' };
    const [codes = '', ...texts] = text.split('\n');
    return { outcome: 'read', format: 'png', codes: codes.split('|').map((code) => ({ text: code, page: 1 })), texts };
  },
  close: async () => undefined,
});

export const startInventory = async (options: { seeding?: 'allowed' | 'refused'; decoder?: Decoder } = {}) => {
  const database = await createTestDatabase<Schema>({ service: 'inventory', migrations });
  const issuer = await startTestIssuer();
  const catalog = catalogInHand();
  const serviceCatalog: ServiceCatalogInHand = serviceCatalogInHand();
  const originals = originalsInHand();
  const links = createMailedLinks(`test:${randomBytes(32).toString('base64')}`);
  const app = await buildApp({
    db: database.db,
    catalog,
    serviceCatalog,
    decoder: options.decoder ?? decoderInHand(),
    originals,
    sealer: createSealer(`test:${randomBytes(32).toString('base64')}`),
    links,
    onDue: () => undefined,
    onServicesWanted: () => undefined,
    logger: createLogger({ name: 'test', level: 'silent' }),
    tokens: createTokenVerifier(issuer),
    seeding: options.seeding ?? 'allowed',
    checkAnswers: true,
    callsPerMinute: 'off',
    pressure: 'off',
  });

  const answerOf = <T>(response: { statusCode: number; body: string }): Answer<T> => {
    const body = response.body === '' ? undefined : JSON.parse(response.body);
    return { status: response.statusCode, body, problem: body };
  };

  /** A call of the public API. */
  const call = async <T>(
    person: Person,
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const token = await issuer.userToken({
      accountId: person.accountId,
      roles: person.roles ?? ['manager'],
      ...(person.sub === undefined ? {} : { sub: person.sub }),
    });
    const request: InjectOptions = {
      method,
      url: `/inventory/v1${path}`,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    };
    return answerOf<T>(await app.public.inject(request));
  };

  /** A call of the internal API, by default of order for a manager. */
  const internal = async <T>({ method = 'PUT', path, accountId, service = 'order', actor, body }: InternalRequest) => {
    const token = await issuer.serviceToken(service);
    return answerOf<T>(
      await app.internal.inject({
        method,
        url: `/internal${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          'simlane-account': accountId,
          ...(actor === undefined ? {} : { 'simlane-actor': encodeActor(actor) }),
        },
        ...(body === undefined ? {} : { payload: body as object }),
      }),
    );
  };

  const MANAGER = { sub: 'manager-1', roles: ['manager'] } as const;

  /** The steps of one order, as order and the worker call them. */
  const order = (accountId: string, orderId: string = randomUUID()) => {
    const path = `/sim-replacements/${orderId}`;
    const fact = () => ({ factId: randomUUID(), occurredAt: '2026-02-03T04:05:06Z' });
    const step = (name: string, signalled?: { iccid?: string | null; eid?: string | null }) =>
      internal<SimReplacement>({
        path: `${path}/${name}`,
        accountId,
        service: name === 'identifiers' ? 'order' : 'worker',
        body: { ...fact(), ...(name === 'rollback' ? {} : { signalled: { iccid: null, eid: null, ...signalled } }) },
      });
    return {
      id: orderId,
      reserve: (
        lineId: string,
        more: Record<string, unknown> = {},
        actor: NonNullable<InternalRequest['actor']> = MANAGER,
      ) =>
        internal<Reservation>({
          path: `${path}/reservation`,
          accountId,
          actor,
          body: { attempt: 1, action: 'switch_to_esim', lineId, article: ARTICLE, activate: false, ...more },
        }),
      createTemporaryEsim: (signalled?: { iccid?: string | null; eid?: string | null }) =>
        step('temporary-esim', signalled),
      commit: (signalled?: { iccid?: string | null; eid?: string | null }) => step('commit', signalled),
      rollBack: () => step('rollback'),
      fillIn: (signalled: { iccid?: string | null; eid?: string | null }) => step('identifiers', signalled),
      enterIccid: (iccid: string, more: { reason?: string; acceptWarnings?: string[] } = {}) =>
        internal<SimReplacement & { change: string }>({
          path: `${path}/iccid`,
          accountId,
          actor: MANAGER,
          body: { iccid, reason: null, ...more },
        }),
      get: () => internal<SimReplacement>({ method: 'GET', path, accountId }),
    };
  };

  const stop = async (): Promise<void> => {
    await app.public.close();
    await app.internal.close();
    await issuer.stop();
    await database.stop();
  };
  return { ...database, app, catalog, serviceCatalog, originals, links, issuer, call, internal, order, stop };
};

export type Inventory = Awaited<ReturnType<typeof startInventory>>;
