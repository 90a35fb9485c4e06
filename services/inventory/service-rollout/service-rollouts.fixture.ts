/** Many SIMs of one provider on one service profile, as people, the worker and the provider act on them. */
import { randomUUID } from 'node:crypto';
import type {
  ServiceRollout,
  ServiceRolloutPreview,
  ServiceRolloutSim,
} from '@simlane/contracts/http/service-rollouts';
import type { NextServiceCall } from '@simlane/contracts/http/sim-services-internal';
import type { ServiceChange, ServiceChangePreview, SimServicesView } from '@simlane/contracts/http/sim-services';
import type { TimelineEntry } from '@simlane/contracts/http/timeline';
import type { Role } from '@simlane/contracts/permissions';
import type { RolloutPortion, RolloutSimState } from '@simlane/contracts/service-rollouts';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { newIccid } from '../fleet.fixture.ts';
import type { Inventory } from '../inventory.fixture.ts';
import { goBy } from '../sim-services/clock.ts';
import { contentOf, type ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import type { ProfileWish } from '../sim-services/service-catalog.fixture.ts';
import { NO_SERVICES, type SimServices } from '../sim-services/sim-services.ts';
import { writeManyServices } from '../sim-services/sim-services.repository.ts';

/** In force, all of it. */
export const settledOn = (facts: ServiceProfileFacts): SimServices => {
  const profile = contentOf(facts);
  const { options, plan } = profile;
  return { ...NO_SERVICES, profile, options, plan, confirmed: { options, plan } };
};

/** The clock that everything here goes by: it moves when it is told to, and by some milliseconds when it is asked. */
const startClock = () => {
  let ahead = 0;
  goBy({ aheadMs: () => ahead, now: () => new Date(Date.now() + ahead) });
  return {
    moveOn: (ms: number) => {
      ahead += ms;
    },
  };
};

/** What one statement adds within the time that it has, on a busy machine too. */
const ADDED_AT_ONCE = 10_000;

export interface FleetWishes {
  readonly sims?: number;
  readonly profile?: Partial<ProfileWish>;
  /** SIMs that have none. */
  readonly withoutIccid?: number;
}

export const startFleet = async (inventory: Inventory, wishes: FleetWishes = {}) => {
  const accountId: string = randomUUID();
  const providerId = randomUUID();
  const groupId = randomUUID();
  const clock = startClock();
  const sims = Array.from({ length: wishes.sims ?? 40 }, (_, index) => ({
    id: randomUUID() as string,
    iccid: index < (wishes.withoutIccid ?? 0) ? null : newIccid(),
  })).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const portions = Array.from({ length: Math.ceil(sims.length / ADDED_AT_ONCE) }, (_, index) =>
    sims.slice(index * ADDED_AT_ONCE, (index + 1) * ADDED_AT_ONCE),
  );
  const addInPortions = async (add: (tx: Transaction, portion: typeof sims) => Promise<unknown>): Promise<void> => {
    for (const portion of portions) await inAccount(inventory.db, accountId, (tx) => add(tx, portion));
    // As the server does by itself within a minute; until then it plans as if the tables were empty.
    if (sims.length > ADDED_AT_ONCE / 2) await sql`analyze`.execute(inventory.adminDb);
  };
  await inAccount(inventory.db, accountId, (tx) =>
    sql`insert into management_group (account_id, id, name) values (${accountId}, ${groupId}, 'Drivers')`.execute(tx),
  );
  await addInPortions((tx, portion) =>
    sql`insert into sim (account_id, id, kind, state, provider_id, iccid)
      select ${accountId}, given.id, 'physical', 'active', ${providerId}, given.iccid
      from unnest(${portion.map(({ id }) => id)}::uuid[], ${portion.map(({ iccid }) => iccid)}::text[])
        as given (id, iccid)`.execute(tx),
  );
  await addInPortions((tx, portion) =>
    sql`insert into sim_group (account_id, sim_id, group_id)
      select ${accountId}, unnest(${portion.map(({ id }) => id)}::uuid[]), ${groupId}`.execute(tx),
  );
  const addProfile = (wish: Partial<ProfileWish> = {}): ServiceProfileFacts =>
    inventory.serviceCatalog.add({ providerId, ...wishes.profile, ...wish });
  const profile = addProfile();
  const write = (tx: Transaction, which: readonly { readonly id: string }[], services: SimServices) =>
    writeManyServices(
      tx,
      accountId,
      which.map(({ id }) => ({ simId: id, services })),
    );
  const put = (which: readonly { readonly id: string }[], services: SimServices) =>
    inAccount(inventory.db, accountId, (tx) => write(tx, which, services));
  await addInPortions((tx, portion) => write(tx, portion, settledOn(profile)));

  const call = <T>(
    method: 'GET' | 'POST',
    path: string,
    {
      body,
      roles = ['administrator'],
      key = randomUUID(),
    }: { body?: object; roles?: readonly Role[]; key?: string } = {},
  ) => inventory.call<T>({ accountId, sub: 'admin-1', roles }, method, path, body, { 'idempotency-key': key });
  const worker = <T>(method: 'GET' | 'PUT', path: string, body?: object) =>
    inventory.internal<T>({ method, path, accountId, service: 'worker', body });

  const rollout = async (id: string) => (await call<ServiceRollout>('GET', `/service-rollouts/${id}`)).body;
  const listSims = async (id: string, state?: RolloutSimState) =>
    (
      await call<{ items: ServiceRolloutSim[] }>(
        'GET',
        `/service-rollouts/${id}/sims?limit=200${state === undefined ? '' : `&state=${state}`}`,
      )
    ).body.items;
  const portion = async (id: string): Promise<RolloutPortion> => {
    const { status, body } = await worker<RolloutPortion>('PUT', `/service-rollouts/${id}/portion`);
    if (status !== 200) throw new Error(`the portion was answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };

  /** The provider answers what it is sent of a SIM: with a refusal in these words, or by doing it. */
  const answer = async (simId: string, refusal: string | null): Promise<number> => {
    let calls = 0;
    for (;;) {
      const { body } = await worker<NextServiceCall>('PUT', `/sim-services/${simId}/next-call`);
      if (body.call === null) return calls;
      calls += 1;
      const { callId, wanted } = body.call;
      const outcome = refusal === null ? 'applied' : 'refused';
      const plan = wanted?.ratePlan;
      await worker('PUT', `/sim-services/${simId}/calls/${callId}`, {
        results: [
          ...Object.entries(wanted?.options ?? {}).map(([name, value]) => ({
            of: 'option',
            name,
            value,
            outcome,
            reason: refusal,
          })),
          ...(plan === undefined ? [] : [{ of: 'rate_plan', name: plan, value: plan, outcome, reason: refusal }]),
        ],
      });
    }
  };

  return {
    accountId,
    providerId,
    groupId,
    sims,
    profile,
    clock,
    addProfile,
    put,
    call,
    rollout,
    listSims,
    portion,
    answer,
    edit: (options: Record<string, string>, more: object = {}, given: { roles?: readonly Role[]; key?: string } = {}) =>
      call<ServiceChange>('POST', '/service-changes', {
        body: { kind: 'edit_profile', serviceProfileId: profile.profile.id, options, ...more },
        ...given,
      }),
    previewEdit: (options: Record<string, string>, more: object = {}) =>
      call<ServiceChangePreview>('POST', '/service-changes/previews', {
        body: { kind: 'edit_profile', serviceProfileId: profile.profile.id, options, ...more },
      }),
    create: (body: object, given: { roles?: readonly Role[]; key?: string } = {}) =>
      call<ServiceRollout>('POST', '/service-rollouts', { body, roles: ['manager'], ...given }),
    preview: (body: object) => call<ServiceRolloutPreview>('POST', '/service-rollouts/previews', { body }),
    decide: (id: string, what: 'pause' | 'resumption' | 'cancellation' | 'retry') =>
      call<ServiceRollout>('POST', `/service-rollouts/${id}/${what}`, { roles: ['manager'] }),
    change: (simId: string, body: object) =>
      call<ServiceChange>('POST', '/service-changes', { body: { simId, ...body }, roles: ['manager'] }),
    getChange: async (id: string) => (await call<ServiceChange>('GET', `/service-changes/${id}`)).body,
    show: async (simId: string) => (await call<SimServicesView>('GET', `/sims/${simId}/services`)).body,
    events: async (path: string) =>
      (await call<{ items: TimelineEntry[] }>('GET', `${path}/timeline?limit=200`)).body.items.map(
        ({ event }) => event,
      ),
    /** The provider answers everything that is pending of a rollout. */
    answerPending: async (id: string, refuses: (simId: string) => string | null = () => null) => {
      for (const { simId } of await listSims(id, 'pending')) await answer(simId, refuses(simId));
    },
    /** Portions and answers, until no further portion is asked for; to the last one. */
    drive: async (id: string, refuses: (simId: string) => string | null = () => null): Promise<RolloutPortion> => {
      for (;;) {
        const moved = await portion(id);
        if (moved.again === null) return moved;
        for (const { simId } of await listSims(id, 'pending')) await answer(simId, refuses(simId));
        clock.moveOn(moved.again);
      }
    },
  };
};

export type Fleet = Awaited<ReturnType<typeof startFleet>>;
