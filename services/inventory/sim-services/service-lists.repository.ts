/** SIMs whose services need somebody, across the fleet: found by what is read off their services, the oldest first. */
import type { DeviationKind } from '@simlane/contracts/service-changes';
import type { ServiceTodoCode } from '@simlane/contracts/sim-services';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { simIsVisible, type Visibility } from '../fleet/visibility.ts';

/** A place in such a list; its order stays as it is whatever comes, because what comes is newer. */
export interface SimSince {
  readonly simId: string;
  readonly since: Date;
}

export interface TodoSince extends SimSince {
  readonly code: ServiceTodoCode;
}

export const listDeviating = async (
  tx: Transaction,
  visibility: Visibility,
  filters: { readonly kind?: DeviationKind | undefined; readonly serviceProfileId?: string | undefined },
  page: { readonly after: SimSince | null; readonly limit: number },
): Promise<SimSince[]> => {
  const { kind, serviceProfileId } = filters;
  const { after, limit } = page;
  const { rows } = await sql<{ sim_id: string; deviating_since: Date }>`
    select ss.sim_id, ss.deviating_since
    from sim_services ss join sim s on s.account_id = ss.account_id and s.id = ss.sim_id
    where ss.account_id = ${visibility.accountId} and ${simIsVisible(visibility)} and ss.deviating_since is not null
      ${kind === undefined ? sql`` : sql`and ss.deviation_kind = ${kind}`}
      ${serviceProfileId === undefined ? sql`` : sql`and ss.profile_id = ${serviceProfileId}`}
      ${after === null ? sql`` : sql`and (ss.deviating_since, ss.sim_id) > (${after.since}, ${after.simId}::uuid)`}
    order by ss.deviating_since, ss.sim_id limit ${limit}`.execute(tx);
  return rows.map((row) => ({ simId: row.sim_id, since: row.deviating_since }));
};

/** Each has an index of its own, and gives its first ones: these are enough to know the first of all. */
const TODO_SOURCES: Readonly<Record<ServiceTodoCode, RawBuilder<unknown>>> = {
  rate_plan_refused: sql`
    select account_id, sim_id, plan_refused_at as since from sim_services where plan_refused_at is not null`,
  option_refused: sql`
    select account_id, sim_id, options_refused_at as since from sim_services where options_refused_at is not null`,
  drift_open: sql`select account_id, sim_id, since from drift_proposal where state = 'open'`,
};

export const listTodos = async (
  tx: Transaction,
  visibility: Visibility,
  filters: { readonly code?: ServiceTodoCode | undefined },
  { after, limit }: { readonly after: TodoSince | null; readonly limit: number },
): Promise<TodoSince[]> => {
  const codes = filters.code === undefined ? (Object.keys(TODO_SOURCES) as ServiceTodoCode[]) : [filters.code];
  const firsts = codes.map(
    (code) => sql`(
      select t.sim_id, t.since, ${code}::text as code
      from (${TODO_SOURCES[code]}) t join sim s on s.account_id = t.account_id and s.id = t.sim_id
      where t.account_id = ${visibility.accountId} and ${simIsVisible(visibility)}
        ${after === null ? sql`` : sql`and ${isAfter(after, code)}`}
      order by t.since, t.sim_id limit ${limit})`,
  );
  const { rows } = await sql<{ sim_id: string; since: Date; code: ServiceTodoCode }>`
    select * from (${sql.join(firsts, sql` union all `)}) f order by since, sim_id, code limit ${limit}`.execute(tx);
  return rows.map((row) => ({ simId: row.sim_id, since: row.since, code: row.code }));
};

/** Within a SIM and an instant by their code. */
const isAfter = ({ since, simId, code: last }: TodoSince, code: ServiceTodoCode): RawBuilder<unknown> =>
  code > last
    ? sql`(t.since, t.sim_id) >= (${since}, ${simId}::uuid)`
    : sql`(t.since, t.sim_id) > (${since}, ${simId}::uuid)`;
