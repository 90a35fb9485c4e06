/** One SIM with an account, a manager and the catalog's profiles, as people, the worker and the due loop act on it. */
import { randomUUID } from 'node:crypto';
import type { NextServiceCall, SimServicesClaim } from '@simlane/contracts/http/sim-services-internal';
import type { ServiceChange, ServiceChangePreview, SimServicesView } from '@simlane/contracts/http/sim-services';
import type { TimelineEntry } from '@simlane/contracts/http/timeline';
import type { Role } from '@simlane/contracts/permissions';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { addLine, type LineWishes } from '../fleet.fixture.ts';
import type { Inventory } from '../inventory.fixture.ts';
import type { CallResult } from './service-call.ts';
import type { ProfileWish } from './service-catalog.fixture.ts';
import { turnDuePlans } from './scheduled-plans.fixture.ts';
import { createServicesDueHandlers } from './services-due-handler.ts';

export const startSim = async (inventory: Inventory, wishes: LineWishes = {}) => {
  const accountId = randomUUID();
  const line = await addLine(inventory.db, accountId, wishes);
  const woken: { simId: string; again: boolean }[] = [];
  const handlers = createServicesDueHandlers({
    db: inventory.db,
    serviceCatalog: inventory.serviceCatalog,
    workflow: { wake: async ({ simId }, { again }) => void woken.push({ simId, again }) },
  });

  const ofSim = (simId: string) => {
    const call = <T>(method: 'GET' | 'POST', path: string, body?: object, roles: readonly Role[] = ['manager']) =>
      inventory.call<T>({ accountId, sub: 'manager-1', roles }, method, path, body, {
        'idempotency-key': randomUUID(),
      });
    const worker = <T>(path: string, method: 'GET' | 'PUT', body?: object) =>
      inventory.internal<T>({ method, path: `/sim-services/${simId}${path}`, accountId, service: 'worker', body });
    const openNextCall = async () => (await worker<NextServiceCall>('/next-call', 'PUT')).body.call;
    const record = (callId: string, results: readonly CallResult[]) =>
      worker<SimServicesClaim>(`/calls/${callId}`, 'PUT', { results });
    const resultsOf = (
      { wanted }: NonNullable<NextServiceCall['call']>,
      outcome: CallResult['outcome'] = 'applied',
      reason: string | null = null,
    ): CallResult[] => [
      ...Object.entries(wanted?.options ?? {}).map(
        ([name, value]) => ({ of: 'option', name, value, outcome, reason }) as const,
      ),
      ...(wanted?.ratePlan === undefined
        ? []
        : [{ of: 'rate_plan', name: wanted.ratePlan, value: wanted.ratePlan, outcome, reason } as const]),
    ];
    /** Sends what is owed, and the provider applies it, until nothing is. */
    const settle = async (): Promise<void> => {
      for (let open = await openNextCall(); open !== null; open = await openNextCall()) {
        await record(open.callId, resultsOf(open));
      }
    };
    return {
      simId,
      call,
      change: (body: object, roles: readonly Role[] = ['manager']) =>
        call<ServiceChange>('POST', '/service-changes', { simId, ...body }, roles),
      keyed: (body: object, key: string) =>
        inventory.call<ServiceChange>(
          { accountId, sub: 'manager-1' },
          'POST',
          '/service-changes',
          { simId, ...body },
          { 'idempotency-key': key },
        ),
      preview: (body: object, roles: readonly Role[] = ['manager']) =>
        call<ServiceChangePreview>('POST', '/service-changes/previews', { simId, ...body }, roles),
      show: async () => (await call<SimServicesView>('GET', `/sims/${simId}/services`)).body,
      events: async () =>
        (await call<{ items: TimelineEntry[] }>('GET', `/sims/${simId}/timeline?limit=200`)).body.items
          .map(({ event }) => event)
          .filter((event) => event.startsWith('services_')),
      claim: async () => (await worker<SimServicesClaim>('/claim', 'GET')).body,
      openNextCall,
      record,
      resultsOf,
      settle,
      handleDue: async (tries = 0) => {
        await turnDuePlans(inventory, accountId);
        await handlers.sim_services({ id: simId, accountId, tries });
      },
      dueAt: async () => {
        const { rows } = await sql<{ due_at: Date }>`
          select due_at from due where kind = 'sim_services' and id = ${simId}`.execute(inventory.db);
        return rows[0]?.due_at ?? null;
      },
      /** When the first plan of the account is due. */
      plansDueAt: async () => {
        const { rows } = await sql<{ due_at: Date }>`
          select due_at from due where kind = 'scheduled_plans' and id = ${accountId}`.execute(inventory.db);
        return rows[0]?.due_at ?? null;
      },
      /** What waits for a time waits no longer: the clock of the tests is the document. */
      bringForward: (path: 'scheduled,at' | 'deviation,expiresAt') =>
        inAccount(inventory.db, accountId, (tx) =>
          sql`update sim_services set services = jsonb_set(services, ${`{${path}}`}, '"2026-01-01T00:00:00.000Z"')
            where sim_id = ${simId}`.execute(tx),
        ),
    };
  };
  const addProfile = (wish: Partial<ProfileWish> = {}) =>
    inventory.serviceCatalog.add({ providerId: line.providerId, ...wish }).profile.id;
  return { ...ofSim(line.simId), ofSim, accountId, line, woken, addProfile };
};

export type SimUnderTest = Awaited<ReturnType<typeof startSim>>;
