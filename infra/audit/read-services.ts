/** The services of SIMs as they stand in inventory's database: what an auditor asks of a document is asked there. */
import type { InventorySnapshot } from './snapshot.ts';

type Read = Pick<InventorySnapshot, 'services' | 'serviceChanges' | 'driftProposals' | 'serviceReconciliations'>;

/** @param select runs a statement of one moment for all of them */
export const readServices = async (select: <T>(text: string) => Promise<T[]>): Promise<Read> => ({
  services: (await select<StoredRow>(SERVICES)).map(({ callId, callKind, callOpenedAt, ...row }) => ({
    ...row,
    call: callId === null ? null : { id: callId, kind: callKind, openedAt: callOpenedAt },
  })),
  serviceChanges: await select(`select account_id as "accountId", id, sim_id as "simId", state from service_change
    where state in ('pending', 'scheduled') and sim_id is not null`),
  driftProposals: await select(`select p.account_id as "accountId", p.id, p.sim_id as "simId", p.state,
    not exists (select from jsonb_each(p.drift -> 'options') as o (code, difference)
      where ss.services #>> array['confirmed', 'options', o.code] is distinct from o.difference ->> 'ours')
    and (p.drift ->> 'plan' is null
      or ss.services #>> '{confirmed,plan}' is not distinct from p.drift #>> '{plan,ours}') as "isOfConfirmed"
    from drift_proposal p join sim_services ss on ss.account_id = p.account_id and ss.sim_id = p.sim_id`),
  serviceReconciliations: await select(`select account_id as "accountId", id, sim_id as "simId",
    asked_at is not null as "isAsked" from service_reconciliation`),
});

type Row = Read['services'][number];
type Call = NonNullable<Row['call']>;
type StoredRow = Omit<Row, 'call'> & {
  readonly callId: Call['id'] | null;
  readonly callKind: Call['kind'];
  readonly callOpenedAt: Call['openedAt'];
};

const SERVICES = `
  select ss.account_id as "accountId", ss.sim_id as id, s.state <> 'discarded' as "isInUse",
    s.iccid is not null as "hasIccid",
    exists (select from jsonb_each_text(services -> 'options') as o (code, value)
      where services #>> array['confirmed', 'options', o.code] is distinct from o.value
        and services #>> array['failed', 'options', o.code, 'value'] is distinct from o.value)
    or (services ->> 'plan' is not null
      and services ->> 'plan' is distinct from services #>> '{confirmed,plan}'
      and services ->> 'plan' is distinct from services #>> '{failed,plan,value}') as differs,
    services ->> 'deviation' is not null as deviates,
    services ->> 'profile' is null or services -> 'options' = services #> '{profile,options}' as "followsProfile",
    services #>> '{call,id}' as "callId", services #>> '{call,kind}' as "callKind",
    (services #>> '{call,openedAt}')::timestamptz as "callOpenedAt",
    ss.scheduled_at as "scheduledAt", services ->> 'arranged' is not null as "isArranged",
    (services #>> '{deviation,expiresAt}')::timestamptz as "deviationEndsAt"
  from sim_services ss join sim s on s.account_id = ss.account_id and s.id = ss.sim_id`;
