/** What previews count. One pass over the SIMs and no documents, but those of SIMs that deviate. */
import type { Configuration } from '@simlane/contracts/service-options';
import { sql } from 'kysely';
import type { StoredServices, Transaction } from '../database.ts';
import type { Members } from './rollout-set.repository.ts';

/** SIMs that are alike. */
export interface TallyRow {
  readonly profileId: string | null;
  readonly profileVersion: number | null;
  readonly deviates: boolean;
  readonly confirmedPlan: string | null;
  readonly isScheduled: boolean;
  readonly sims: number;
  /** Which they are: the same number for the same SIMs, in whatever order. */
  readonly members: string;
  readonly withoutIccid: number;
  readonly withOpenCall: number;
}

export const tally = async (tx: Transaction, members: Members): Promise<TallyRow[]> => {
  const { rows } = await sql<TallyRow>`
    select m.profile_id as "profileId", m.profile_version as "profileVersion", m.deviation_kind is not null as "deviates",
      m.confirmed_plan as "confirmedPlan", m.scheduled_at is not null as "isScheduled", count(*) as "sims",
      bit_xor(uuid_hash_extended(m.sim_id, 0))::text as "members",
      count(*) filter (where m.iccid is null) as "withoutIccid",
      count(*) filter (where m.call_id is not null) as "withOpenCall"
    from (${members}) m
    group by 1, 2, 3, 4, 5`.execute(tx);
  return rows;
};

/** What the SIMs that deviate have of their own, and how many have the same. */
export interface OwnOptions {
  readonly profileId: string;
  readonly options: Configuration;
  readonly sims: number;
}

export const tallyDeviations = async (tx: Transaction, accountId: string, members: Members): Promise<OwnOptions[]> => {
  const { rows } = await sql<OwnOptions>`
    select m.profile_id as "profileId", w.services -> 'options' as "options", count(*) as "sims"
    from (${members}) m
    join sim_services w on w.account_id = ${accountId} and w.sim_id = m.sim_id
    where m.deviation_kind is not null
    group by 1, 2`.execute(tx);
  return rows;
};

export interface DeviatingSim {
  readonly simId: string;
  readonly iccid: string | null;
  readonly deviation: NonNullable<StoredServices['deviation']>;
}

/** The SIMs in use that deviate from a profile: how many, and the first. */
export const deviatingFrom = async (
  tx: Transaction,
  accountId: string,
  { profileId, most }: { readonly profileId: string; readonly most: number },
): Promise<{ readonly sims: number; readonly first: DeviatingSim[] }> => {
  const deviating = sql`from sim_services w join sim s on s.account_id = w.account_id and s.id = w.sim_id
    where w.account_id = ${accountId} and w.profile_id = ${profileId} and w.deviation_kind is not null
      and s.state <> 'discarded'`;
  const { rows: counts } = await sql<{ sims: number }>`select count(*) as sims ${deviating}`.execute(tx);
  const sims = counts[0]?.sims ?? 0;
  if (sims === 0) return { sims, first: [] };
  const { rows } = await sql<DeviatingSim>`
    select w.sim_id as "simId", s.iccid, w.services -> 'deviation' as "deviation" ${deviating}
    order by w.sim_id limit ${most}`.execute(tx);
  return { sims, first: rows };
};

/** The first that the provider can be told of only later. */
export const firstThatWait = async (
  tx: Transaction,
  { members, most }: { readonly members: Members; readonly most: number },
): Promise<{ readonly simId: string; readonly iccid: string | null }[]> => {
  const { rows } = await sql<{ simId: string; iccid: string | null }>`
    select m.sim_id as "simId", m.iccid from (${members}) m
    where m.iccid is null or m.call_id is not null
    order by m.sim_id limit ${most}`.execute(tx);
  return rows;
};

/** How many SIMs in use are on a profile, counted no further than to this many. */
export const simsOnProfile = async (
  tx: Transaction,
  accountId: string,
  { profileId, most }: { readonly profileId: string; readonly most: number },
): Promise<number> => {
  const { rows } = await sql<{ sims: number }>`
    select count(*) as sims from (
      select from sim_services w join sim s on s.account_id = w.account_id and s.id = w.sim_id
      where w.account_id = ${accountId} and w.profile_id = ${profileId} and s.state <> 'discarded' limit ${most}
    ) those`.execute(tx);
  return rows[0]?.sims ?? 0;
};
