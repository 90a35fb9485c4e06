/**
 * The first of the month: plans whose billing month has begun are wanted now. They are due together, so they are taken in
 * portions, no faster than their provider is given changes; what was missed while everything was down is due still.
 */
import { holdDue, setDue } from '@simlane/service-kit/due';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import type { Database, Transaction } from '../database.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import { changeManyServices, SCHEDULED_PLANS, takeManyServices } from './changing.ts';
import { timeNow } from './clock.ts';
import { takePace } from './pace.ts';
import { MOST_WAITING, roomToSend } from './room.ts';
import type { ServiceCatalog } from './service-catalog.ts';
import { planIsDue } from './sim-services.ts';

/** How long one handling goes on where a provider takes more and more. Short: a process that is to end waits for it. */
const TURNED_FOR_MS = 3_000;
/** Until there is a pace to be had again, or fewer SIMs wait. */
const LOOK_AGAIN_MS = 200;

const byTime: Origin = { source: 'timer', actorId: null, causeId: null };

interface Turning {
  readonly db: Database;
  readonly serviceCatalog: ServiceCatalog;
}

/** Turns what is due of an account, as fast as its providers may be given it. What is left after a while stays due. */
export const turnDuePlans = async (turning: Turning, accountId: string): Promise<void> => {
  const { db } = turning;
  const first = await readInAccount(db, accountId, (tx) => firstPlans(tx, accountId));
  const due = first.filter(({ at }) => at <= timeNow());
  const turns = await Promise.allSettled(due.map(({ providerId }) => turnPlansOf(turning, accountId, providerId)));
  await inAccount(db, accountId, (tx) => setNextTurn(tx, accountId));
  // One provider that the catalog does not know holds up no other; it is told of, and tried again.
  const failed = turns.find((turn) => turn.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** When the first plan of each provider is scheduled: a look into the index for each, however many there are. */
const firstPlans = async (tx: Transaction, accountId: string): Promise<{ providerId: string; at: Date }[]> => {
  const { rows } = await sql<{ providerId: string; at: Date }>`
    with recursive first_plan as (
      (
        select provider_id, scheduled_at from sim_services
        where account_id = ${accountId} and scheduled_at is not null
        order by provider_id, scheduled_at limit 1
      )
      union all
      select next.provider_id, next.scheduled_at from first_plan cross join lateral (
        select provider_id, scheduled_at from sim_services
        where account_id = ${accountId} and scheduled_at is not null and provider_id > first_plan.provider_id
        order by provider_id, scheduled_at limit 1
      ) next
    )
    select provider_id as "providerId", scheduled_at as "at" from first_plan`.execute(tx);
  return rows;
};

/** Goes on for a while; what is left then is due still. */
const turnPlansOf = async ({ db, serviceCatalog }: Turning, accountId: string, providerId: string): Promise<void> => {
  const { serviceChangesPerMinute: perMinute } = await serviceCatalog.provider(accountId, providerId);
  const until = performance.now() + TURNED_FOR_MS;
  for (;;) {
    const turned = await inAccount(db, accountId, (tx) => turnPortion(tx, { accountId, providerId, perMinute }));
    if (turned === 0 || performance.now() > until) return;
  }
};

const turnPortion = async (
  tx: Transaction,
  { accountId, providerId, perMinute }: { accountId: string; providerId: string; perMinute: number },
): Promise<number> => {
  const now = timeNow();
  const wanted = await roomToSend(tx, accountId, { most: MOST_WAITING, now });
  if (wanted === 0) return 0;
  const { granted } = await takePace(tx, { accountId, providerId, perMinute, wanted, now });
  if (granted === 0) return 0;
  const { rows } = await sql<{ sim_id: string }>`
    select sim_id from sim_services
    where account_id = ${accountId} and provider_id = ${providerId} and scheduled_at <= ${now}
    order by scheduled_at, sim_id limit ${granted}`.execute(tx);
  const ids = rows.map(({ sim_id }) => sim_id);
  const changed = (await takeManyServices(tx, accountId, ids)).flatMap((held) => {
    const after = planIsDue(held.services, now);
    const { changeId, plan } = held.services.scheduled ?? {};
    const told = [{ event: 'services_plan_due', data: { changeId, ratePlan: plan } } as const];
    return after === held.services ? [] : [{ held, after, told }];
  });
  await changeManyServices(tx, accountId, changed, { origin: byTime, now });
  return changed.length;
};

const setNextTurn = async (tx: Transaction, accountId: string): Promise<void> => {
  const row = { kind: SCHEDULED_PLANS, id: accountId };
  // Before it is read what is scheduled: what is scheduled meanwhile comes after, and brings the row forward.
  if (!(await holdDue(tx, row))) return;
  const times = (await firstPlans(tx, accountId)).map(({ at }) => at.getTime());
  const first = times.length === 0 ? null : new Date(Math.min(...times));
  const lookAgainAt = new Date(timeNow().getTime() + LOOK_AGAIN_MS);
  await setDue(tx, { ...row, accountId, dueAt: first !== null && first < lookAgainAt ? lookAgainAt : first });
};
