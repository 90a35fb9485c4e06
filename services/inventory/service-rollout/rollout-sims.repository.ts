/** The SIMs of rollouts: whose turn is next, who was wanted otherwise since, and where each stands. */
import type { RolloutSimState, ServiceRolloutState } from '@simlane/contracts/service-rollouts';
import { toPage } from '@simlane/service-kit/pages';
import { sql } from 'kysely';
import type { StoredServices, Transaction } from '../database.ts';
import type { RolloutCounts } from './rollout.ts';
import type { RolloutRef, StoredRollout } from './rollout.repository.ts';
import { type Members, planBySize } from './rollout-set.repository.ts';

/** One statement takes a second or two for so many, and has ten. */
const ADDED_AT_ONCE = 50_000;

/**
 * Fixes the set of a rollout, and resolves to how many its members are. Those of which the provider can be told go first:
 * a canary is to have answers. Who leaves the members between two statements takes nobody else's place.
 *
 * @param atOnce how many are added by one statement
 */
export const addRolloutSims = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
  members: Members,
  atOnce = ADDED_AT_ONCE,
): Promise<number> => {
  for (let added = 0; ; ) {
    // By groups, and not by a join: nobody knows yet how many of them are there, and a join for few takes minutes.
    const { numAffectedRows } = await sql`
      insert into service_rollout_sim (account_id, rollout_id, sim_id, position)
      select ${accountId}, ${id}, m.sim_id, ${added} + row_number() over (order by m.is_late, m.place, m.sim_id)
      from (
        select sim_id, bool_or(is_late) as is_late, min(place) as place
        from (
          select sim_id, iccid is null as is_late, place, false as is_there from (${members}) member
          union all
          select sim_id, null, null, true from service_rollout_sim
          where account_id = ${accountId} and rollout_id = ${id}
        ) known
        group by sim_id having not bool_or(is_there)
      ) m
      order by 4 limit ${atOnce}`.execute(tx);
    const more = Number(numAffectedRows ?? 0n);
    if (more === 0) return added;
    added += more;
  }
};

export interface InTurn {
  readonly simId: string;
  /** Of one that has failed and is wanted again. */
  readonly changeId: string | null;
  readonly profileId: string | null;
  readonly providerId: string;
}

/** The first that wait, in their order. */
export const nextInTurn = async (tx: Transaction, { accountId, id }: RolloutRef, most: number): Promise<InTurn[]> => {
  const { rows } = await sql<InTurn>`
    select r.sim_id as "simId", r.change_id as "changeId", w.profile_id as "profileId", s.provider_id as "providerId"
    from service_rollout_sim r join sim s on s.account_id = r.account_id and s.id = r.sim_id
    left join sim_services w on w.account_id = r.account_id and w.sim_id = r.sim_id
    where r.account_id = ${accountId} and r.rollout_id = ${id} and r.waits
    order by r.position limit ${most}`.execute(tx);
  return rows;
};

/**
 * A change of somebody later than the rollout, a decision that what its provider has counts, or a later rollout that has
 * not given the SIM up. Of two edits of a profile the later is the one with the higher version: between making its version
 * and its rollout another can come. What leaves a SIM following its profile as it did is later than no edit of that.
 */
const isOvertaken = sql`(
  exists (
    select from service_change c where c.account_id = r.account_id and c.sim_id = r.sim_id and c.rollout_id is null
      and (c.created_at, c.id) > (o.created_at, o.id)
      and not (o.kind = 'edit_profile' and c.kind in ('retry', 'reattach'))
  ) or exists (
    select from drift_proposal d where d.account_id = r.account_id and d.sim_id = r.sim_id and d.state = 'taken'
      and d.ended_at > o.created_at and not (o.kind = 'edit_profile' and d.drift -> 'options' = '{}')
  ) or exists (
    select from service_rollout_sim l
    join service_rollout p on p.account_id = l.account_id and p.id = l.rollout_id
    where l.account_id = r.account_id and l.sim_id = r.sim_id
      and (p.created_at, p.id) > (o.created_at, o.id) and not (p.state = 'cancelled' and l.waits)
      and not (o.kind = 'edit_profile' and p.kind = 'reattach')
      and coalesce(p.profile_id <> o.profile_id or (p.profile ->> 'version')::int >= (o.profile ->> 'version')::int, true)
  )
)`;

/** Those of the SIMs of which something was wanted later. Who asks has taken them. */
export const findOvertaken = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
  simIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const { rows } = await sql<{ sim_id: string }>`
    select r.sim_id from service_rollout_sim r
    join service_rollout o on o.account_id = r.account_id and o.id = r.rollout_id
    where r.account_id = ${accountId} and r.rollout_id = ${id} and r.sim_id = any (${simIds}::uuid[])
      and ${isOvertaken}`.execute(tx);
  return new Set(rows.map(({ sim_id }) => sim_id));
};

/** The rollout that has ended without this SIM, of which nothing was wanted since; null where there is none. */
export const findBehind = async (tx: Transaction, accountId: string, simId: string): Promise<string | null> => {
  const { rows } = await sql<{ id: string }>`
    select o.id from service_rollout_sim r
    join service_rollout o on o.account_id = r.account_id and o.id = r.rollout_id
    where r.account_id = ${accountId} and r.sim_id = ${simId} and r.waits and r.change_id is null
      and o.state in ('stopped', 'cancelled') and not ${isOvertaken}
    order by o.created_at desc limit 1`.execute(tx);
  return rows[0]?.id ?? null;
};

export interface TurnTaken {
  readonly simId: string;
  readonly changeId: string | null;
  /** Null where the change tells. */
  readonly outcome: 'unchanged' | 'superseded' | null;
}

export const setTurnsTaken = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
  turns: readonly TurnTaken[],
): Promise<void> => {
  await sql`
    update service_rollout_sim set waits = false, change_id = taken.change_id, outcome = taken.outcome
    from unnest(
      ${turns.map(({ simId }) => simId)}::uuid[],
      ${turns.map(({ changeId }) => changeId)}::uuid[],
      ${turns.map(({ outcome }) => outcome)}::text[]
    ) as taken (sim_id, change_id, outcome)
    where account_id = ${accountId} and rollout_id = ${id} and service_rollout_sim.sim_id = taken.sim_id`.execute(tx);
};

/** Those that have failed wait for another turn. Resolves to how many they are. */
export const wantFailedAgain = async (tx: Transaction, { accountId, id }: RolloutRef): Promise<number> => {
  const { numAffectedRows } = await sql`
    update service_rollout_sim r set waits = true
    from service_change c
    where r.account_id = ${accountId} and r.rollout_id = ${id} and not r.waits and r.outcome is null
      and c.account_id = r.account_id and c.rollout_id = r.rollout_id and c.id = r.change_id and c.state = 'failed'`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0n);
};

/** What the provider has answered so far. A SIM without an ICCID gets no answer, and is not waited for. */
export const countAnswers = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
): Promise<Pick<RolloutCounts, 'pending' | 'failed' | 'answered'>> => {
  const changes = sql`service_change c where c.account_id = ${accountId} and c.rollout_id = ${id} and c.sim_id is not null`;
  const { rows } = await sql<{ pending: number; failed: number; succeeded: number }>`
    select
      (select count(*) from sim s where s.account_id = ${accountId} and s.iccid is not null
        and s.id in (select c.sim_id from ${changes} and c.state = 'pending')) as pending,
      (select count(*) from ${changes} and c.state = 'failed'
        and exists (select from service_rollout_sim r where r.account_id = c.account_id and r.rollout_id = c.rollout_id
          and r.sim_id = c.sim_id and r.change_id = c.id and r.outcome is null and not r.waits)) as failed,
      (select count(*) from ${changes} and c.state in ('done', 'scheduled')) as succeeded`.execute(tx);
  const { pending = 0, failed = 0, succeeded = 0 } = rows[0] ?? {};
  return { pending, failed, answered: failed + succeeded };
};

/**
 * A SIM follows another in its rollouts too. One of which something was wanted later has had its turn, since what tells
 * so stays with the SIM that ends. The SIM that ends is taken.
 */
export const handOverRolloutSims = async (
  tx: Transaction,
  { accountId, from, to }: { readonly accountId: string; readonly from: string; readonly to: string },
): Promise<void> => {
  await sql`
    with overtaken as (
      update service_rollout_sim t set waits = false, outcome = 'superseded'
      from service_rollout_sim r join service_rollout o on o.account_id = r.account_id and o.id = r.rollout_id
      where r.account_id = ${accountId} and r.sim_id = ${from} and r.waits and ${isOvertaken}
        and t.account_id = r.account_id and t.rollout_id = r.rollout_id and t.sim_id = r.sim_id
      returning t.rollout_id
    )
    update service_rollout set waiting = waiting - 1
    where account_id = ${accountId} and id in (select rollout_id from overtaken)`.execute(tx);
  await sql`
    update service_rollout_sim set sim_id = ${to} where account_id = ${accountId} and sim_id = ${from}`.execute(tx);
};

/**
 * The same for turns of SIMs that were replaced while the set of the rollout was written, and handed on nothing, because
 * it was not there to be seen. Resolves to those that another SIM follows; it has its turn with a later portion.
 */
export const handOnTurns = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
  simIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (simIds.length === 0) return new Set();
  const { rows } = await sql<{ old_sim_id: string }>`
    update service_rollout_sim r set sim_id = p.new_sim_id
    from sim_replacement p
    where r.account_id = ${accountId} and r.rollout_id = ${id} and r.sim_id = any (${simIds}::uuid[])
      and p.account_id = r.account_id and p.old_sim_id = r.sim_id and p.state = 'committed'
      and not exists (select from service_rollout_sim f
        where f.account_id = r.account_id and f.rollout_id = r.rollout_id and f.sim_id = p.new_sim_id)
    returning p.old_sim_id`.execute(tx);
  return new Set(rows.map(({ old_sim_id }) => old_sim_id));
};

/** Where a SIM stands, in SQL. */
const stateOf = (rollout: { readonly state: ServiceRolloutState }) => {
  const hasEnded = rollout.state === 'stopped' || rollout.state === 'cancelled' || rollout.state === 'done';
  return sql<RolloutSimState>`case
    when r.waits and r.change_id is null then ${hasEnded ? 'behind' : 'waiting'}
    when r.waits and c.state = 'failed' then ${hasEnded ? 'failed' : 'waiting'}
    else coalesce(r.outcome, c.state) end`;
};

const sims = ({ accountId, id }: RolloutRef) => sql`
  from service_rollout_sim r
  left join service_change c on c.account_id = r.account_id and c.id = r.change_id
  where r.account_id = ${accountId} and r.rollout_id = ${id}`;

export interface StateCount {
  readonly state: RolloutSimState;
  readonly isCanary: boolean;
  readonly sims: number;
}

export const countStates = async (tx: Transaction, rollout: StoredRollout): Promise<StateCount[]> => {
  await planBySize(tx);
  const { rows } = await sql<StateCount>`
    select ${stateOf(rollout)} as "state", r.position <= ${rollout.canary} as "isCanary", count(*) as "sims"
    ${sims(rollout)} group by 1, 2`.execute(tx);
  return rows;
};

export interface SimInRollout {
  readonly position: number;
  readonly simId: string;
  readonly iccid: string | null;
  readonly changeId: string | null;
  readonly state: RolloutSimState;
  readonly failed: StoredServices['failed'] | null;
}

/** One page, in the order of their turns. */
export const listSims = async (
  tx: Transaction,
  rollout: StoredRollout,
  filters: { readonly state?: RolloutSimState | undefined },
  page: { readonly after: number; readonly limit: number },
): Promise<{ items: SimInRollout[]; nextCursor: string | null }> => {
  const { rows } = await sql<SimInRollout>`
    select one.*, s.iccid, case when one.state = 'failed' then w.services -> 'failed' end as "failed" from (
      select r.position, r.account_id, r.sim_id as "simId", r.change_id as "changeId", ${stateOf(rollout)} as "state"
      ${sims(rollout)} and r.position > ${page.after}
    ) one
    join sim s on s.account_id = one.account_id and s.id = one."simId"
    left join sim_services w on w.account_id = one.account_id and w.sim_id = one."simId"
    ${filters.state === undefined ? sql`` : sql`where one.state = ${filters.state}`}
    order by one.position limit ${page.limit + 1}`.execute(tx);
  return toPage(
    rows,
    page.limit,
    ({ position }) => [position],
    (row) => row,
  );
};
