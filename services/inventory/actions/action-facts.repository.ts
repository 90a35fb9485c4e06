import type { SimKind, SimState, Slot } from '@simlane/contracts/sim';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { lineIsVisible, simIsVisible, type Visibility } from '../fleet/visibility.ts';
import type { LineFacts, SimFacts } from './action-facts.ts';
import { type ActionProfile, UNTOUCHED_DEFAULT_PROFILE } from './action-profile.ts';

/** What the fleet knows for the actions of one line, and the profile of whoever asks. */
export interface LineForActions {
  readonly line: LineFacts;
  readonly profile: ActionProfile;
}

/** The profile that a person holds, or else the default one; null as long as nobody has touched the default. */
export const profileOf = (visibility: Visibility, sub: string): RawBuilder<ActionProfile | null> => sql`(
  select json_build_object('name', p.name, 'isDefault', p.is_default, 'settings', coalesce((
      select json_agg(json_build_object('action', x.action, 'slot', x.slot, 'enabled', x.enabled))
      from action_profile_setting x where x.account_id = p.account_id and x.profile_id = p.id), '[]'::json))
  from action_profile p
  where p.account_id = ${visibility.accountId} and p.id = coalesce(
    (select h.profile_id from action_profile_holder h where h.account_id = ${visibility.accountId} and h.sub = ${sub}),
    (select z.id from action_profile z where z.account_id = ${visibility.accountId} and z.is_default)))`;

interface LineRow {
  id: string;
  msisdn: string;
  provider_id: string;
  slot: Slot | null;
  change_order_id: string | null;
  esim_capable: 'yes' | 'no' | 'unknown' | null;
  sim_id: string | null;
  sim_kind: SimKind;
  sim_state: SimState;
  sim_distributor_id: string | null;
  incoming_id: string | null;
  incoming_distributor_id: string | null;
  profile: ActionProfile | null;
}

const toLineForActions = (row: LineRow): LineForActions => ({
  line: {
    id: row.id,
    msisdn: row.msisdn,
    providerId: row.provider_id,
    slot: row.slot,
    changeOrderId: row.change_order_id,
    device: row.esim_capable === null ? null : { esimCapable: row.esim_capable },
    sim:
      row.sim_id === null
        ? null
        : { id: row.sim_id, kind: row.sim_kind, state: row.sim_state, distributorId: row.sim_distributor_id },
    incomingSim:
      row.incoming_id === null
        ? null
        : { id: row.incoming_id, kind: 'esim', state: 'temporary', distributorId: row.incoming_distributor_id },
  },
  profile: row.profile ?? UNTOUCHED_DEFAULT_PROFILE,
});

/** Lines with all that their actions depend on in the fleet, by id or by the device they are in; one statement. */
export const findLinesForActions = async (
  tx: Transaction,
  visibility: Visibility,
  where: { lineId: string } | { deviceId: string },
  sub: string,
): Promise<LineForActions[]> => {
  const wanted = 'lineId' in where ? sql`l.id = ${where.lineId}` : sql`l.device_id = ${where.deviceId}`;
  const { rows } = await sql<LineRow>`
    select l.id, l.msisdn, l.provider_id, l.slot, l.change_order_id, d.esim_capable,
      s.id as sim_id, s.kind as sim_kind, s.state as sim_state, s.distributor_id as sim_distributor_id,
      r.new_sim_id as incoming_id, r.distributor_id as incoming_distributor_id,
      ${profileOf(visibility, sub)} as profile
    from line l
    left join device d on d.account_id = l.account_id and d.id = l.device_id
    left join sim s on s.account_id = l.account_id and s.id = l.sim_id
    left join sim_replacement r on r.account_id = l.account_id and r.order_id = l.change_order_id
    where ${lineIsVisible(visibility)} and ${wanted} order by l.slot`.execute(tx);
  return rows.map(toLineForActions);
};

/** What the fleet knows for the actions of one SIM. */
export interface SimForActions {
  readonly sim: SimFacts;
  readonly slot: Slot | null;
  readonly incoming: boolean;
  readonly profile: ActionProfile;
}

interface SimRow {
  id: string;
  kind: SimKind;
  state: SimState;
  distributor_id: string | null;
  slot: Slot | null;
  profile: ActionProfile | null;
}

export const findSimForActions = async (
  tx: Transaction,
  visibility: Visibility,
  simId: string,
  sub: string,
): Promise<SimForActions | undefined> => {
  const { rows } = await sql<SimRow>`
    select s.id, s.kind, s.state, s.distributor_id, l.slot, ${profileOf(visibility, sub)} as profile
    from sim_in_fleet s left join line l on l.account_id = s.account_id and l.id = s.line_id
    where ${simIsVisible(visibility)} and s.id = ${simId}`.execute(tx);
  const row = rows[0];
  return (
    row && {
      sim: { id: row.id, kind: row.kind, state: row.state, distributorId: row.distributor_id },
      slot: row.slot,
      incoming: row.state === 'temporary',
      profile: row.profile ?? UNTOUCHED_DEFAULT_PROFILE,
    }
  );
};
