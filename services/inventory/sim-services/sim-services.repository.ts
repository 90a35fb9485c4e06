import type { Changes } from '@simlane/contracts/http/sim-services';
import {
  OPEN_SERVICE_CHANGES,
  type ServiceChangeKind,
  type ServiceChangeState,
} from '@simlane/contracts/service-changes';
import { toPage } from '@simlane/service-kit/pages';
import { type Selectable, sql } from 'kysely';
import type { ServiceChangeTable, StoredServices, Transaction } from '../database.ts';
import { type PageOfNewest, readNewest } from '../fleet/page.ts';
import type { Wants } from './service-change.ts';
import { type Failure, NO_SERVICES, type ScheduledPlan, type SimServices } from './sim-services.ts';

export interface SimRef {
  readonly accountId: string;
  readonly simId: string;
}

/** The services of a SIM, and how often they were written. */
export interface KeptServices {
  readonly services: SimServices;
  /** 0 where nothing was ever wanted of the SIM. */
  readonly version: number;
}

const NEVER_WANTED: KeptServices = { services: NO_SERVICES, version: 0 };

/** Whoever changes them has the SIM's row: there is no other lock. */
export const readServices = async (tx: Transaction, { accountId, simId }: SimRef): Promise<KeptServices> =>
  (await readManyServices(tx, accountId, [simId])).get(simId) ?? NEVER_WANTED;

/** By SIM; those of which nothing was ever wanted are there too. */
export const readManyServices = async (
  tx: Transaction,
  accountId: string,
  simIds: readonly string[],
): Promise<ReadonlyMap<string, KeptServices>> => {
  const { rows } = await sql<{ sim_id: string; services: StoredServices; version: number }>`
    select sim_id, services, version from sim_services
    where account_id = ${accountId} and sim_id = any (${simIds}::uuid[])`.execute(tx);
  const kept = new Map(rows.map((row) => [row.sim_id, { services: readDocument(row.services), version: row.version }]));
  return new Map(simIds.map((simId) => [simId, kept.get(simId) ?? NEVER_WANTED]));
};

export const writeManyServices = async (
  tx: Transaction,
  accountId: string,
  written: readonly { readonly simId: string; readonly services: SimServices }[],
): Promise<void> => {
  await sql`
    insert into sim_services (account_id, sim_id, services)
    select ${accountId}, * from unnest(
      ${written.map(({ simId }) => simId)}::uuid[],
      ${written.map(({ services }) => JSON.stringify(services))}::jsonb[]
    )
    on conflict (account_id, sim_id) do update set services = excluded.services`.execute(tx);
};

const readDocument = (stored: StoredServices): SimServices => {
  const { deviation, scheduled, arranged, failed, call } = stored;
  return {
    ...stored,
    deviation: deviation && {
      ...deviation,
      since: new Date(deviation.since),
      expiresAt: deviation.expiresAt === null ? null : new Date(deviation.expiresAt),
    },
    scheduled: scheduled && { ...scheduled, at: new Date(scheduled.at) },
    arranged: arranged && { ...arranged, at: new Date(arranged.at) },
    failed: {
      options: Object.fromEntries(
        Object.entries(failed.options).map(([code, failure]) => [code, readFailure(failure)]),
      ),
      plan: failed.plan && readFailure(failed.plan),
    },
    call: call && readCall(call),
  };
};

const readFailure = (failure: StoredServices['failed']['options'][string]): Failure => ({
  ...failure,
  at: new Date(failure.at),
});

const readCall = (call: NonNullable<StoredServices['call']>): NonNullable<SimServices['call']> => {
  const openedAt = new Date(call.openedAt);
  if (call.kind === 'cancel_arranged') return { ...call, openedAt };
  const { plan } = call;
  const arrange: ScheduledPlan | null = plan?.arrange ? { ...plan.arrange, at: new Date(plan.arrange.at) } : null;
  return { ...call, openedAt, plan: plan && { ...plan, arrange } };
};

/** What somebody asked for, and what has become of it. */
export interface StoredChange {
  readonly id: string;
  readonly accountId: string;
  /** Null for an edit of a profile itself. */
  readonly simId: string | null;
  /** That makes it, or that it has made. */
  readonly rolloutId: string | null;
  readonly kind: ServiceChangeKind;
  readonly state: ServiceChangeState;
  readonly requestedBy: string;
  readonly reason: string | null;
  readonly wants: Wants;
  readonly changes: Changes;
  /** Its scheduled plan was taken back. */
  readonly cancelled: boolean;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly bodyHash: string;
}

const toChange = (row: Selectable<ServiceChangeTable>): StoredChange => ({
  id: row.id,
  accountId: row.account_id,
  simId: row.sim_id,
  rolloutId: row.rollout_id,
  kind: row.kind,
  state: row.state,
  requestedBy: row.requested_by,
  reason: row.reason,
  wants: row.wants,
  changes: row.changes,
  cancelled: row.cancelled,
  createdAt: row.created_at,
  endedAt: row.ended_at,
  bodyHash: row.body_hash,
});

const changes = (tx: Transaction, accountId: string) =>
  tx.selectFrom('service_change').selectAll().where('account_id', '=', accountId);

export const findChange = async (tx: Transaction, accountId: string, id: string): Promise<StoredChange | undefined> => {
  const row = await changes(tx, accountId).where('id', '=', id).executeTakeFirst();
  return row && toChange(row);
};

export const findChangeOfKey = async (
  tx: Transaction,
  accountId: string,
  { caller, key }: { readonly caller: string; readonly key: string },
): Promise<StoredChange | undefined> => {
  const row = await changes(tx, accountId)
    .where('idempotency_caller', '=', caller)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row && toChange(row);
};

/** What has not ended of these SIMs. */
export const findOpenChanges = async (
  tx: Transaction,
  accountId: string,
  simIds: readonly string[],
): Promise<StoredChange[]> => {
  const rows = await changes(tx, accountId)
    .where('sim_id', '=', sql<string>`any (${simIds}::uuid[])`)
    .where('state', 'in', OPEN_SERVICE_CHANGES)
    .execute();
  return rows.map(toChange);
};

export const listChanges = async (
  tx: Transaction,
  accountId: string,
  filters: { readonly simId?: string | undefined; readonly state?: ServiceChangeState | undefined },
  page: PageOfNewest,
): Promise<{ items: StoredChange[]; nextCursor: string | null }> => {
  let query = changes(tx, accountId);
  if (filters.simId !== undefined) query = query.where('sim_id', '=', filters.simId);
  if (filters.state !== undefined) query = query.where('state', '=', filters.state);
  return toPage(await readNewest(query, page), page.limit, ({ id }) => [id], toChange);
};

export interface KeyedChange {
  readonly change: StoredChange;
  readonly origin: { readonly caller: string; readonly key: string };
}

export const insertChange = (
  tx: Transaction,
  change: StoredChange,
  origin: { readonly caller: string; readonly key: string },
): Promise<void> => insertChanges(tx, [{ change, origin }]);

export const insertChanges = async (tx: Transaction, keyed: readonly KeyedChange[]): Promise<void> => {
  if (keyed.length === 0) return;
  await tx
    .insertInto('service_change')
    .values(
      keyed.map(({ change, origin: { caller, key } }) => ({
        account_id: change.accountId,
        id: change.id,
        sim_id: change.simId,
        rollout_id: change.rolloutId,
        kind: change.kind,
        state: change.state,
        requested_by: change.requestedBy,
        reason: change.reason,
        wants: JSON.stringify(change.wants),
        changes: JSON.stringify(change.changes),
        created_at: change.createdAt,
        ended_at: change.endedAt,
        idempotency_caller: caller,
        idempotency_key: key,
        body_hash: change.bodyHash,
      })),
    )
    .execute();
};

export const updateChange = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredChange, 'accountId' | 'id'>,
  change: { readonly state: ServiceChangeState; readonly cancelled?: boolean; readonly endedAt: Date | null },
): Promise<void> => {
  await tx
    .updateTable('service_change')
    .set({
      state: change.state,
      ended_at: change.endedAt,
      ...(change.cancelled === undefined ? {} : { cancelled: change.cancelled }),
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute();
};

export interface ChangeState {
  readonly id: string;
  readonly state: ServiceChangeState;
  /** Null for one that has not ended. */
  readonly endedAt: Date | null;
}

/** The states of these changes, by their ids. */
export const findChangeStates = async (
  tx: Transaction,
  accountId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ServiceChangeState>> => {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('service_change')
    .select(['id', 'state'])
    .where('account_id', '=', accountId)
    .where('id', '=', sql<string>`any (${ids}::uuid[])`)
    .execute();
  return new Map(rows.map(({ id, state }) => [id, state]));
};

export const setChangeStates = async (
  tx: Transaction,
  accountId: string,
  states: readonly ChangeState[],
): Promise<void> => {
  if (states.length === 0) return;
  await sql`
    update service_change set state = now_is.state, ended_at = now_is.ended_at
    from unnest(
      ${states.map(({ id }) => id)}::uuid[],
      ${states.map(({ state }) => state)}::text[],
      ${states.map(({ endedAt }) => endedAt)}::timestamptz[]
    ) as now_is (id, state, ended_at)
    where service_change.account_id = ${accountId} and service_change.id = now_is.id`.execute(tx);
};

/**
 * What has not ended of one SIM is of another from now on, and so is the change that has scheduled a plan, and what has
 * failed in a rollout, which wants it again of the SIM that follows.
 */
export const moveOpenChanges = async (
  tx: Transaction,
  {
    accountId,
    from,
    to,
    scheduledBy,
  }: {
    readonly accountId: string;
    readonly from: string;
    readonly to: string;
    readonly scheduledBy: string | null;
  },
): Promise<void> => {
  await sql`
    update service_change set sim_id = ${to}
    where account_id = ${accountId} and sim_id = ${from}
      and (state = any (${OPEN_SERVICE_CHANGES}::text[]) or id = ${scheduledBy}::uuid
        or (state = 'failed' and rollout_id is not null))`.execute(tx);
};
