import { catalogInternalRoutes, catalogRoutes } from '@simlane/contracts/http/catalog';
import { driftProposalRoutes } from '@simlane/contracts/http/drift-proposals';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { inventoryInternalRoutes } from '@simlane/contracts/http/inventory-internal';
import { notificationInternalRoutes, notificationRoutes } from '@simlane/contracts/http/notification';
import { orderRoutes } from '@simlane/contracts/http/order';
import { orderDecisionRoutes } from '@simlane/contracts/http/order-decisions';
import { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import { providerSignalRoutes } from '@simlane/contracts/http/provider-signals';
import { qrCodeRoutes } from '@simlane/contracts/http/qr-code';
import { qrCodeInternalRoutes } from '@simlane/contracts/http/qr-code-internal';
import { serviceProfileChoiceRoutes } from '@simlane/contracts/http/service-profile-choices';
import { serviceRolloutInternalRoutes, serviceRolloutRoutes } from '@simlane/contracts/http/service-rollouts';
import { serviceDeviationRoutes } from '@simlane/contracts/http/service-deviations';
import { serviceReconciliationInternalRoutes } from '@simlane/contracts/http/service-reconciliation-internal';
import { serviceTodoRoutes } from '@simlane/contracts/http/service-todos';
import { simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { simServicesInternalRoutes } from '@simlane/contracts/http/sim-services-internal';
import type { InternalRoute, PublicRoute } from '@simlane/contracts/http/route';
import {
  ratePlanRoutes,
  servicePackRoutes,
  serviceProfileInternalRoutes,
  serviceProfileRoutes,
} from '@simlane/contracts/http/service-profiles';
import { mayDo, SERVICES, type ServiceName } from '@simlane/contracts/permissions';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { serviceToken, signInAs } from '../local/sign-in.ts';
import { signedHeaders } from '../provider-sandbox/signal-message.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { type Manager, serviceUrls, startManager, type Switch } from './fleet-manager.fixture.ts';
import { allAlike, answersTo, baseOf, filled, nameOf, type RouteCall } from './route-answers.fixture.ts';
import { freshCode, type QrCodesOfManager, startEsims, startQrCodes } from './qr-code.fixture.ts';
import { asSuperuser } from './superuser.fixture.ts';
import { freshIccid, type OwnProvider, startProvider } from './own-provider.fixture.ts';

const [english, french] = exampleAccounts();

const PUBLIC: readonly PublicRoute[] = [
  catalogRoutes,
  servicePackRoutes,
  ratePlanRoutes,
  serviceProfileRoutes,
  inventoryRoutes,
  qrCodeRoutes,
  simServiceRoutes,
  serviceRolloutRoutes,
  driftProposalRoutes,
  serviceDeviationRoutes,
  serviceTodoRoutes,
  orderRoutes,
  orderDecisionRoutes,
  providerSignalRoutes,
  notificationRoutes,
].flatMap((routes) => Object.values<PublicRoute>(routes));

const INTERNAL: readonly (InternalRoute & { readonly of: keyof ReturnType<typeof serviceUrls> })[] = (
  [
    ['catalog', catalogInternalRoutes],
    ['catalog', serviceProfileInternalRoutes],
    ['catalog', serviceProfileChoiceRoutes],
    ['inventory', inventoryInternalRoutes],
    ['inventory', qrCodeInternalRoutes],
    ['inventory', simServicesInternalRoutes],
    ['inventory', serviceRolloutInternalRoutes],
    ['inventory', serviceReconciliationInternalRoutes],
    ['order', orderInternalRoutes],
    ['notification', notificationInternalRoutes],
  ] as const
).flatMap(([of, routes]) => Object.values<InternalRoute>(routes).map((route) => ({ ...route, of })));

let manager: Manager;
let victim: Switch;
let other: Switch;
let receipt: string;
let messageId: string;
let before: Awaited<ReturnType<Manager['everythingAbout']>>;
let provider: OwnProvider;
let qrCodes: QrCodesOfManager;
/** A request for a QR code that is open, and the notification of a code that came. */
let requestId: string;
let notificationId: string;
/** A service change of a SIM that nothing else here is about. */
let serviceChangeId: string;
/** A rollout over a SIM that nothing else here is about. */
let rolloutId: string;
/** That its provider has it otherwise. */
let driftProposalId: string;
let requestBefore: Awaited<ReturnType<typeof everythingAboutRequest>>;
const tokens = new Map<string, string>();
beforeAll(async () => {
  manager = await startManager();
  provider = await startProvider('Other Mobile', 2);
  for (const user of ['manager-fr', 'administrator-fr', 'administrator', 'operations']) {
    tokens.set(user, await signInAs(inject('stack'), user));
  }
  for (const service of SERVICES) {
    const client = `simlane-${service}`;
    if (client in inject('stack').serviceClients) tokens.set(service, await serviceToken(inject('stack'), client));
  }
  const rules = [{ cancellation: 'refuse' as const }];
  victim = await manager.submittedSwitch({ rules });
  other = await manager.submittedSwitch({ lineId: provider.freshLine() });
  const [sent] = await manager.sandbox.signal(victim.order.id, { type: 'order.acknowledged' });
  ({ receipt } = JSON.parse(sent?.body ?? '') as { receipt: string });
  await manager.sandbox.signal(other.order.id, { type: 'order.cancelled' });
  await manager.reaches(victim.order.id, 'in_progress');
  await manager.until(async () => (await manager.facts(other.order.id)).some(({ kind }) => kind === 'manager_told'));
  const query = { objectId: other.order.id };
  messageId = (await manager.api.call(notificationRoutes.listMessages, { query })).items[0]?.id ?? '';
  before = await manager.everythingAbout(victim);

  qrCodes = startQrCodes(manager);
  const esims = await startEsims(manager, 2);
  const { sim } = await qrCodes.told(esims);
  const [row] = await asSuperuser(
    'inventory',
    `select n.id from qr_notification n join qr_code c on c.account_id = n.account_id and c.id = n.qr_code_id
      where c.sim_id = $1`,
    [sim.id],
  );
  ({ id: notificationId } = row as { id: string });
  ({ id: requestId } = await qrCodes.asked(esims));
  requestBefore = await everythingAboutRequest();
  ({ serviceChangeId, rolloutId, driftProposalId } = await changeServices());
});

const changeServices = async () => {
  const [profile] = english.catalog.serviceProfiles;
  const pack = english.catalog.servicePacks.find(({ id }) => id === profile?.servicePackId);
  const [rolledOut, sim] = english.fleet.sims.filter(
    ({ id, state, providerId }) => state === 'active' && providerId === pack?.providerId && id !== victim.sim.id,
  );
  const body = { kind: 'migrate', simId: sim?.id ?? '', serviceProfileId: profile?.id ?? '' } as const;
  const rollout = {
    change: { kind: body.kind, serviceProfileId: body.serviceProfileId },
    over: { simIds: [rolledOut?.id ?? ''] },
  };
  const { id: rolloutOfOne } = await manager.api.call(serviceRolloutRoutes.createServiceRollout, { body: rollout });
  const { id: serviceChangeId } = await manager.api.call(simServiceRoutes.createServiceChange, { body }, randomUUID());
  const change = { params: { id: serviceChangeId } };
  await manager.until(async () => (await manager.api.call(simServiceRoutes.getServiceChange, change)).state === 'done');
  await manager.sandbox.setServices(sim?.providerId ?? '', sim?.iccid ?? '', { ratePlan: 'ANOTHER' });
  await manager.api.call(driftProposalRoutes.askForReconciliation, { body: { simId: body.simId } });
  const query = { simId: body.simId };
  const proposals = async () => (await manager.api.call(driftProposalRoutes.listDriftProposals, { query })).items;
  await manager.until(async () => (await proposals()).length > 0);
  return { serviceChangeId, rolloutId: rolloutOfOne, driftProposalId: (await proposals())[0]?.id ?? '' };
};

const everythingAboutRequest = async () => ({
  request: await qrCodes.getRequest(requestId),
  timeline: await qrCodes.timeline(requestId),
});

describe('a token', () => {
  it('of a service is none on any public route', async () => {
    const answers = await answersTo(
      PUBLIC.map((route) => [
        nameOf(route),
        {
          url: `${baseOf(route.path)}${filled(route.path, () => randomUUID())}`,
          method: route.method,
          token: tokens.get('worker'),
          body: {},
        },
      ]),
    );
    expect(answers).toEqual(allAlike(answers, '401 unauthenticated'));
  });

  it('of a person is none on any internal route', async () => {
    const calls = INTERNAL.flatMap((route) =>
      ['administrator', 'operations'].map(
        (as) => [`${nameOf(route)} ${as}`, internalCall(route, as, () => randomUUID())] as const,
      ),
    );
    const answers = await answersTo(calls);
    expect(answers).toEqual(allAlike(answers, '401 unauthenticated'));
  });

  it('of a service that the contract does not name is refused on any internal route', async () => {
    const calls = INTERNAL.flatMap((route) =>
      SERVICES.filter((service) => tokens.has(service) && !route.callers.includes(service)).map(
        (as) => [`${nameOf(route)} ${as}`, internalCall(route, as, () => randomUUID())] as const,
      ),
    );
    const answers = await answersTo(calls);
    expect(answers).toEqual(allAlike(answers, '403 forbidden'));
  });
});

const internalCall = (
  route: (typeof INTERNAL)[number],
  as: string,
  idOf: (parameter: string) => string,
  accountId = french.id,
): RouteCall => ({
  url: `${inject('stack').services[route.of].internalUrl}${filled(route.path, (parameter) => NAMES[parameter] ?? idOf(parameter))}${queryOf(route)}`,
  method: route.method,
  token: tokens.get(as),
  accountId,
  body: internalBody(),
});

/** Parameters that are no ids. */
const NAMES: Readonly<Record<string, string>> = { action: 'switch_to_esim', step: 'mail_request', version: '2' };

const queryOf = ({ query }: InternalRoute): string =>
  query !== undefined && 'distributorId' in query.shape
    ? `?distributorId=${english.catalog.distributors[0]?.id ?? ''}`
    : '';

/** What any internal route asks for: what one does not know it ignores. */
const internalBody = () => ({
  factId: before.facts[0]?.id,
  messageId,
  occurredAt: new Date().toISOString(),
  signalled: { iccid: freshIccid(), eid: null },
  newSim: null,
  iccidIssue: null,
  iccid: freshIccid(),
  reason: null,
  acceptWarnings: [],
  activationCode: freshCode(),
  orderedBy: { id: 'demo-manager-fr', name: 'Claire Moreau', email: 'claire@example.com', language: 'fr' },
  messageIds: [],
  returns: [],
  results: [],
  after: null,
  upTo: null,
  sims: [],
  unread: 0,
  options: { sms: 'off' },
  createdBy: 'demo-administrator-fr',
});

describe("another account's ids", () => {
  const englishIds = (): Record<string, string> => ({
    '/catalog/v1/providers/': victim.order.providerId,
    '/catalog/v1/distributors/': english.catalog.distributors[0]?.id ?? '',
    '/catalog/v1/order-packs/': english.catalog.orderPacks[0]?.id ?? '',
    '/catalog/v1/service-packs/': english.catalog.servicePacks[0]?.id ?? '',
    '/catalog/v1/rate-plans/': english.catalog.ratePlans[0]?.id ?? '',
    '/catalog/v1/service-profiles/': english.catalog.serviceProfiles[0]?.id ?? '',
    '/inventory/v1/devices/': victim.line.deviceId ?? '',
    '/inventory/v1/lines/': victim.line.id,
    '/inventory/v1/sims/': victim.sim.id,
    '/inventory/v1/qr-requests/': requestId,
    '/inventory/v1/service-changes/': serviceChangeId,
    '/inventory/v1/service-rollouts/': rolloutId,
    '/inventory/v1/drift-proposals/': driftProposalId,
    '/inventory/v1/service-reconciliations/': english.id,
    '/orders/v1/orders/': victim.order.id,
    '/orders/v1/provider-connections/': victim.order.providerId,
    '/orders/v1/provider-signals/': receipt,
    '/notifications/v1/messages/': messageId,
  });
  const bodyOf = (path: string): unknown => {
    if (path.endsWith('/slot')) return { slot: null };
    if (path.endsWith('/groups')) return { groupIds: [] };
    if (path.endsWith('/employee')) return { employeeId: null };
    if (path.endsWith('/state')) return { state: 'suspended' };
    if (path.endsWith('/iccid')) return { iccid: freshIccid() };
    if (path.endsWith('/decisions')) return { decision: 'cancel', reason: 'It is not mine' };
    if (path.endsWith('/qr-code')) return { activationCode: freshCode() };
    if (path.endsWith('/decision')) return { take: 'ours', version: 1 };
    if (path.endsWith('/acceptance')) return { accept: true, qrCodeId: randomUUID() };
    return path.endsWith('/replay') ? { reason: 'It is not mine' } : {};
  };
  const englishId = (path: string): string => {
    const found = Object.entries(englishIds()).find(([beginning]) => path.startsWith(beginning));
    if (found === undefined) throw new Error(`say here which id of another account belongs into ${path}`);
    return found[1];
  };
  const callers = (route: PublicRoute) =>
    [
      { as: 'manager-fr', may: mayDo(['manager'], route.permission) },
      { as: 'administrator-fr', may: mayDo(['administrator'], route.permission) },
      { as: 'operations', accountId: french.id, may: mayDo(['operations'], route.permission) },
    ].filter(({ may }) => may);

  it('are not there on any public route, for people of the account and for operations in its name', async () => {
    const calls = PUBLIC.filter(({ path }) => path.includes(':')).flatMap((route) => {
      const { path, method } = route;
      const url = `${baseOf(path)}${filled(path, () => englishId(path))}`;
      expect(callers(route)).not.toEqual([]);
      return callers(route).map(
        ({ as, accountId }) =>
          [
            `${nameOf(route)} ${as}`,
            { url, method, token: tokens.get(as), ...(accountId && { accountId }), body: bodyOf(path) },
          ] as const,
      );
    });
    const answers = await answersTo(calls);
    expect(answers).toEqual(allAlike(answers, '404 not_found'));
    expect(await manager.everythingAbout(victim)).toEqual(before);
    expect(await everythingAboutRequest()).toEqual(requestBefore);
  });

  it('find nothing in any list', async () => {
    const values: Record<string, string> = {
      employeeId: victim.line.employeeId ?? '',
      groupId: victim.sim.groupIds[0] ?? '',
      providerId: victim.order.providerId,
      servicePackId: english.catalog.servicePacks[0]?.id ?? '',
      ratePlanId: english.catalog.ratePlans[0]?.id ?? '',
      serviceProfileId: english.catalog.serviceProfiles[0]?.id ?? '',
      lineId: victim.line.id,
      orderId: victim.order.id,
      objectId: other.order.id,
      simId: victim.sim.id,
    };
    const lists = PUBLIC.filter(({ path }) => !path.endsWith('/draft'));
    const calls = lists.flatMap((route) =>
      Object.keys(route.query?.shape ?? {})
        .filter((key) => key.endsWith('Id'))
        .map((key) => {
          const value = values[key];
          if (value === undefined) throw new Error(`say here which ${key} of another account is to be looked for`);
          const url = `${baseOf(route.path)}${filled(route.path, () => englishId(route.path))}?${key}=${value}`;
          return [
            `${nameOf(route)} ${key}`,
            { url, method: route.method, token: tokens.get('operations'), accountId: french.id },
          ] as const;
        }),
    );
    const answers = await answersTo(calls);
    expect(answers).toEqual(allAlike(answers, '200 0 items'));
  });

  it('take no request for a QR code, and show no draft of one', async () => {
    const url = `${serviceUrls().inventory}/inventory/v1/qr-requests`;
    const token = tokens.get('manager-fr');
    const answers = await answersTo([
      ['draft', { url: `${url}/draft?simId=${victim.sim.id}`, method: 'GET', token }],
      ['request', { url, method: 'POST', token, body: { simId: victim.sim.id } }],
    ]);
    expect(answers).toEqual(allAlike(answers, '404 not_found'));
  });

  it('are not there on any internal route', async () => {
    // What these make or answer is the caller's account's own, whatever the id: nothing of another account is read.
    const makesItsOwn: readonly InternalRoute[] = [
      notificationInternalRoutes.putMessage,
      inventoryInternalRoutes.reserve,
      catalogInternalRoutes.listQrCodeContacts,
      serviceProfileInternalRoutes.putServiceProfile,
      serviceProfileChoiceRoutes.draftServiceProfile,
      notificationInternalRoutes.listReturns,
      notificationInternalRoutes.recordReturnsTold,
    ];
    const isOwn = ({ path, summary }: InternalRoute) =>
      makesItsOwn.some((route) => route.path === path && route.summary === summary);
    const ids: Record<string, string> = {
      orderId: victim.order.id,
      factId: before.facts[0]?.id ?? '',
      lineId: victim.line.id,
      id: victim.order.providerId,
      providerId: victim.order.providerId,
      requestId,
      notificationId,
      simId: victim.sim.id,
      callId: randomUUID(),
      reconciliationId: english.id,
    };

    const idOf = ({ path }: InternalRoute, parameter: string) => {
      if (parameter !== 'id') return ids[parameter];
      if (path.startsWith('/internal/service-profiles/')) return english.catalog.serviceProfiles[0]?.id;
      return path.startsWith('/internal/service-rollouts/') ? rolloutId : ids[parameter];
    };
    const calls = INTERNAL.filter((route) => route.path.includes(':') && !isOwn(route)).flatMap((route) =>
      route.callers.map((as: ServiceName) => {
        const call = internalCall(route, as, (parameter) => idOf(route, parameter) ?? `no ${parameter} is given`);
        return [`${nameOf(route)} ${as}`, call] as const;
      }),
    );
    const answers = await answersTo(calls);
    const ofFacts = Object.keys(answers).filter((name) => name.includes(':factId'));
    expect(answers).toEqual(allAlike(answers, '404 not_found'));
    expect(ofFacts.length).toBeGreaterThan(3);
    expect(await manager.everythingAbout(victim)).toEqual(before);
    expect(await everythingAboutRequest()).toEqual(requestBefore);
  });
});

it('a fact of another order is none of this one on any internal route', async () => {
  const facts = await manager.facts(other.order.id);
  const applied = facts.filter(({ disposition }) => disposition === 'applied').map(({ id }) => id);
  expect(applied.length).toBeGreaterThan(1);
  const routes = INTERNAL.filter(({ path }) => path.includes(':factId'));
  const calls = routes.flatMap((route) =>
    applied.map((factId) => {
      const idOf = (parameter: string) => (parameter === 'factId' ? factId : victim.order.id);
      return [`${nameOf(route)} ${factId}`, internalCall(route, 'worker', idOf, english.id)] as const;
    }),
  );
  const answers = await answersTo(calls);
  expect(answers).toEqual(allAlike(answers, '409 fact_not_applied'));
  expect(await manager.everythingAbout(victim)).toEqual(before);
});

describe('a signal', () => {
  interface SignalEnd {
    readonly id: string;
    readonly accountId: string;
    readonly signalSecret: string;
  }
  const ends = () => (inject('stack').seed as { providers: SignalEnd[] }).providers;
  const endOf = (accountId: string): SignalEnd => {
    const end = ends().find((one) => one.accountId === accountId);
    if (end === undefined) throw new Error(`account ${accountId} has no provider`);
    return end;
  };
  const processed = () => ({ type: 'order.processed', data: { iccid: freshIccid() } });

  it("with another provider's signature, of the same account or not, is about no order of its own", async () => {
    for (const providerId of [provider.id, endOf(french.id).id]) {
      const [sent] = await manager.sandbox.signal(victim.order.id, { ...processed(), providerId });
      expect(sent).toMatchObject({ status: 202, body: expect.stringContaining('"intake":"unknown_order"') });
    }
    expect(await manager.everythingAbout(victim)).toEqual(before);
  });

  it('at another address than that of its provider is refused, whichever half of the address is right', async () => {
    const [ours, theirs] = [endOf(english.id), endOf(french.id)];
    const body = JSON.stringify({ ...processed(), orderId: victim.order.id, occurredAt: new Date().toISOString() });
    const addresses = [
      `${french.id}/${theirs.id}`,
      `${french.id}/${ours.id}`,
      `${english.id}/${theirs.id}`,
      `${english.id}/${provider.id}`,
      `${randomUUID()}/${ours.id}`,
      `${english.id}/${randomUUID()}`,
    ];
    for (const address of addresses) {
      const headers = signedHeaders({ messageId: `msg_${randomUUID()}`, body }, ours.signalSecret, new Date());
      const url = `${serviceUrls().order}/orders/v1/provider-signals/${address}`;
      const { status } = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      });
      expect([address, status]).toEqual([address, 401]);
    }
    expect(await manager.everythingAbout(victim)).toEqual(before);
  });
});
