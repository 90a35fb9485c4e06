/** The SIMs that a rollout is over, in SQL: a hundred thousand of them are counted and written without being read. */
import type { RolloutOver } from '@simlane/contracts/http/service-rollouts';
import type { SimState } from '@simlane/contracts/sim';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { groupIsVisible, simIsVisible, type Visibility } from '../fleet/visibility.ts';
import type { Fault, FoundSim } from './rollout-set.ts';
import { MOST_FAULTS, OTHER_PROVIDER } from './rollout-set.ts';

/**
 * SIMs that can be changed, in a query: `place`, in which order they have their turns, and of each what previews count,
 * so that a hundred thousand are joined once.
 */
export type Members = RawBuilder<{ sim_id: string; place: number }>;

const MEMBER = sql`s.id as sim_id, s.iccid, w.profile_id, w.profile_version, w.deviation_kind, w.confirmed_plan,
  w.scheduled_at, w.call_id`;

/**
 * For this transaction, statements are planned for the SIMs that they are about: what is right for ten of them, and for
 * the accounts that were there before, takes minutes for a hundred thousand (ADR 12).
 */
export const planBySize = async (tx: Transaction): Promise<void> => {
  await sql`set local plan_cache_mode = force_custom_plan`.execute(tx);
};

interface SimRow {
  id: string;
  iccid: string | null;
  state: SimState;
  provider_id: string;
}

const toFound = ({ id, iccid, state, provider_id }: SimRow): FoundSim => ({
  id,
  iccid,
  state,
  providerId: provider_id,
});

export const findSimsById = async (
  tx: Transaction,
  visibility: Visibility,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundSim>> => {
  const { rows } = await sql<SimRow>`
    select s.id, s.iccid, s.state, s.provider_id from sim s
    where ${simIsVisible(visibility)} and s.id = any (${ids}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.id, toFound(row)]));
};

/** By ICCID: the one in use that has it, or else one that had it. */
export const findSimsByIccid = async (
  tx: Transaction,
  visibility: Visibility,
  iccids: readonly string[],
): Promise<ReadonlyMap<string, FoundSim>> => {
  const { rows } = await sql<SimRow & { iccid: string }>`
    select s.id, s.iccid, s.state, s.provider_id from sim s
    where ${simIsVisible(visibility)} and s.iccid = any (${iccids}::text[])
    order by s.state <> 'discarded'`.execute(tx);
  return new Map(rows.map((row) => [row.iccid, toFound(row)]));
};

/** How many members a group has that are of another provider, and the first of them. */
export const findGroupFaults = async (
  tx: Transaction,
  visibility: Visibility,
  { groupId, providerId }: { readonly groupId: string; readonly providerId: string },
): Promise<{ readonly faults: Fault[]; readonly count: number; readonly members: number }> => {
  const members = sql`from sim_group g join sim s on s.account_id = g.account_id and s.id = g.sim_id
    where ${groupIsVisible(visibility)} and ${simIsVisible(visibility)} and g.group_id = ${groupId}`;
  const { rows: counts } = await sql<{ members: number; others: number }>`
    select count(*) as members, count(*) filter (where s.provider_id <> ${providerId}) as others ${members}`.execute(
    tx,
  );
  const { members: all = 0, others = 0 } = counts[0] ?? {};
  if (others === 0) return { faults: [], count: 0, members: all };
  const { rows } = await sql<{ id: string }>`
    select s.id ${members} and s.provider_id <> ${providerId} order by s.id limit ${MOST_FAULTS}`.execute(tx);
  const faults = rows.map(({ id }) => ({ pointer: '/over/groupId', detail: `SIM ${id}: ${OTHER_PROVIDER}` }));
  return { faults, count: others, members: all };
};

/** Those that were judged one by one. */
export const membersOfList = (accountId: string, simIds: readonly string[]): Members => sql`
  select ${MEMBER}, given.place from unnest(${simIds}::uuid[]) with ordinality as given (sim_id, place)
  join sim s on s.account_id = ${accountId} and s.id = given.sim_id
  left join sim_services w on w.account_id = ${accountId} and w.sim_id = given.sim_id`;

/**
 * Those of a profile or group that can be changed.
 *
 * @param of.providerId of the profile that they are to be migrated to; null: they are to be brought back, those that deviate
 */
export const membersOf = (
  visibility: Visibility,
  over: Exclude<RolloutOver, { simIds: unknown } | { csv: unknown }>,
  { providerId }: { readonly providerId: string | null },
): Members => {
  const { accountId } = visibility;
  const among =
    'groupId' in over
      ? sql`s.id in (select g.sim_id from sim_group g where ${groupIsVisible(visibility)} and g.group_id = ${over.groupId})`
      : sql`w.profile_id = ${over.serviceProfileId}`;
  const which = providerId === null ? sql`w.deviation_kind is not null` : sql`s.provider_id = ${providerId}`;
  return sql`
    select ${MEMBER}, 0 as place from sim s
    left join sim_services w on w.account_id = ${accountId} and w.sim_id = s.id
    where ${simIsVisible(visibility)} and ${IN_USE} and ${among} and ${which}`;
};

const IN_USE = sql`s.state not in ('discarded', 'temporary')`;

/** Those that follow a profile in one of these versions. */
export const followersOf = (
  visibility: Visibility,
  { profileId, versions }: { readonly profileId: string; readonly versions: readonly number[] },
): Members => sql`
  select ${MEMBER}, 0 as place from sim_services w
  join sim s on s.account_id = ${visibility.accountId} and s.id = w.sim_id
  where w.account_id = ${visibility.accountId} and ${simIsVisible(visibility)} and ${IN_USE}
    and w.profile_id = ${profileId} and w.profile_version = any (${versions}::integer[]) and w.deviation_kind is null`;

/** The versions of a profile that are followed, each with what it holds as one of its SIMs has it. */
export const followedVersions = async (
  tx: Transaction,
  accountId: string,
  profileId: string,
): Promise<{ readonly version: number; readonly options: Readonly<Record<string, string>> }[]> => {
  const { rows } = await sql<{ version: number; options: Record<string, string> }>`
    with recursive held (version) as (
      select min(profile_version) from sim_services where account_id = ${accountId} and profile_id = ${profileId}
      union all
      select (select min(w.profile_version) from sim_services w
        where w.account_id = ${accountId} and w.profile_id = ${profileId} and w.profile_version > held.version)
      from held where held.version is not null
    )
    select held.version, one.options from held
    cross join lateral (
      select w.services #> '{profile,options}' as options from sim_services w
      where w.account_id = ${accountId} and w.profile_id = ${profileId} and w.profile_version = held.version
      order by w.sim_id limit 1
    ) one`.execute(tx);
  return rows;
};
