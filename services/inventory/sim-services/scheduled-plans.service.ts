/**
 * The first of the month: plans whose billing month has begun are wanted now. They are due together, so they are taken in
 * portions, no faster than their provider is given changes; what was missed while everything was down is due still.
 */
import type { ScheduledPlansInput, ScheduledPlansPortion } from '@simlane/contracts/scheduled-plans';
import { holdDue, setDue } from '@simlane/service-kit/due';
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import type { Database, Transaction } from '../database.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import { changeManyServices, SCHEDULED_PLANS, takeManyServices } from './changing.ts';
import { timeNow } from './clock.ts';
import { AFTER_HELD_MS, ROOM_WAIT_MS, takePace, waitForPace } from './pace.ts';
import { MOST_SENT_TOGETHER, roomToSend } from './room.ts';
import type { ScheduledPlansWorkflow } from './scheduled-plans-workflow.ts';
import type { ServiceCatalog } from './service-catalog.ts';
import { afterSentTogether } from './services-owed.ts';
import { planIsDue } from './sim-services.ts';

/** While plans are due: should the run that takes them be gone, it is started again. */
const LOOK_AGAIN_MS = 60_000;

const byTime: Origin = { source: 'timer', actorId: null, causeId: null };

/** What the due loop does when plans of an account are due: it wakes a workflow for each provider that has some. */
export const createScheduledPlansDueHandler = ({
  db,
  workflow,
}: {
  readonly db: Database;
  readonly workflow: ScheduledPlansWorkflow;
}): Record<typeof SCHEDULED_PLANS, DueHandler> => ({
  [SCHEDULED_PLANS]: async ({ accountId }) => {
    const now = timeNow();
    const first = await readInAccount(db, accountId, (tx) => firstPlans(tx, accountId));
    for (const { providerId, at } of first.filter((plan) => plan.at <= now)) {
      // What has been due for so long has been looked at before.
      const again = now.getTime() - at.getTime() > LOOK_AGAIN_MS;
      await workflow.wake({ accountId, providerId }, { again });
    }
    const whileDue = new Date(now.getTime() + LOOK_AGAIN_MS);
    await inAccount(db, accountId, (tx) => setNextLook(tx, accountId, { now, whileDue }));
  },
});

/** @param whileDue when to look again while plans are due; the row stays as it is then, unless given */
const setNextLook = async (
  tx: Transaction,
  accountId: string,
  { now, whileDue }: { readonly now: Date; readonly whileDue?: Date },
): Promise<void> => {
  const row = { kind: SCHEDULED_PLANS, id: accountId };
  // Before it is read what is scheduled: what is scheduled meanwhile comes after, and brings the row forward.
  if (!(await holdDue(tx, row))) return;
  const times = (await firstPlans(tx, accountId)).map(({ at }) => at.getTime());
  const first = times.length === 0 ? null : new Date(Math.min(...times));
  const isDue = first !== null && first <= now;
  const dueAt = isDue ? whileDue : first;
  if (dueAt !== undefined) await setDue(tx, { ...row, accountId, dueAt });
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

/**
 * Takes up the next plans of a provider that are due, and says when to come again. A repeat takes the next ones. SIMs that
 * somebody else holds at this moment come with a later portion.
 *
 * @throws ProblemError `not_found` where the catalog has no such provider
 */
export const turnPortion = async (
  { db, serviceCatalog }: { readonly db: Database; readonly serviceCatalog: ServiceCatalog },
  { accountId, providerId }: ScheduledPlansInput,
): Promise<ScheduledPlansPortion> => {
  const { serviceChangesPerMinute: perMinute } = await serviceCatalog.provider(accountId, providerId);
  return inAccount(db, accountId, async (tx) => {
    const now = timeNow();
    const portion = await turnNext(tx, { accountId, providerId, perMinute, now });
    if (portion.again === null) await setNextLook(tx, accountId, { now });
    return portion;
  });
};

const turnNext = async (
  tx: Transaction,
  plans: ScheduledPlansInput & { readonly perMinute: number; readonly now: Date },
): Promise<ScheduledPlansPortion> => {
  const { accountId, providerId, now } = plans;
  const due = await duePlans(tx, plans, MOST_SENT_TOGETHER);
  if (due.length === 0) return { simIds: [], again: null };
  const room = await roomToSend(tx, { accountId, providerIds: [providerId], most: MOST_SENT_TOGETHER, now });
  if (room === 0) return { simIds: [], again: ROOM_WAIT_MS };
  const held = new Map((await takeManyServices(tx, accountId, due.slice(0, room))).map((one) => [one.simId, one]));
  const begun = due.flatMap((simId) => {
    const one = held.get(simId);
    if (one === undefined) return [];
    const after = planIsDue(one.services, now);
    const { changeId, plan } = one.services.scheduled ?? {};
    const told = [{ event: 'services_plan_due', data: { changeId, ratePlan: plan } } as const];
    return after === one.services ? [] : [{ held: one, after, told }];
  });
  // With the SIMs in hand: nothing of the pace is spent on those that somebody else has.
  const { granted, nextAt } = await takePace(tx, { ...plans, wanted: begun.length });
  const changed = begun.slice(0, granted);
  await changeManyServices(tx, accountId, changed, { origin: byTime, now, lookAt: afterSentTogether(now) });
  const simIds = changed.map(({ held: { simId } }) => simId);
  if (granted < begun.length) return { simIds, again: waitForPace(nextAt, now) };
  return { simIds, again: simIds.length === 0 ? AFTER_HELD_MS : 0 };
};

/** Oldest first. */
const duePlans = async (
  tx: Transaction,
  { accountId, providerId, now }: ScheduledPlansInput & { readonly now: Date },
  most: number,
): Promise<string[]> => {
  const { rows } = await sql<{ sim_id: string }>`
    select sim_id from sim_services
    where account_id = ${accountId} and provider_id = ${providerId} and scheduled_at <= ${now}
    order by scheduled_at, sim_id limit ${most}`.execute(tx);
  return rows.map(({ sim_id }) => sim_id);
};
