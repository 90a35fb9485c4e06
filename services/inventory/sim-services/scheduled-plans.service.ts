/**
 * The first of the month: plans whose billing month has begun are wanted now. They are due together, so they are taken in
 * portions, no faster than their provider is given changes; what was missed while everything was down is due still.
 */
import { holdDue, setDue } from '@simlane/service-kit/due';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import type { Database, Transaction } from '../database.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import { changeManyServices, SCHEDULED_PLANS, SIM_SERVICES, takeManyServices } from './changing.ts';
import { timeNow } from './clock.ts';
import { takePace } from './pace.ts';
import type { ServiceCatalog } from './service-catalog.ts';
import { planIsDue } from './sim-services.ts';

/** What one transaction holds, for some hundreds of milliseconds. */
const LARGEST_PORTION = 200;
/** SIMs that wait to be sent: more would only wait longer, and everything else of the account with them. */
const MOST_WAITING = 500;
/** Where nothing says when it goes on: rows that others have, or too many that wait. */
const LOOK_AGAIN_MS = 1_000;

const byTime: Origin = { source: 'timer', actorId: null, causeId: null };

interface Turning {
  readonly db: Database;
  readonly serviceCatalog: ServiceCatalog;
}

/** Turns what is due of an account, as fast as its providers may be given it, and says when it is to be gone on with. */
export const turnDuePlans = async (turning: Turning, accountId: string): Promise<void> => {
  const { db } = turning;
  const providers = await readInAccount(db, accountId, (tx) => providersWithDuePlans(tx, accountId));
  const nextAt = await Promise.all(providers.map((providerId) => turnPlansOf(turning, accountId, providerId)));
  await inAccount(db, accountId, (tx) => setNextTurn(tx, accountId, nextAt));
};

const providersWithDuePlans = async (tx: Transaction, accountId: string): Promise<string[]> => {
  const { rows } = await sql<{ provider_id: string }>`
    select distinct provider_id from sim_services
    where account_id = ${accountId} and scheduled_at <= ${timeNow()}`.execute(tx);
  return rows.map(({ provider_id }) => provider_id);
};

/** @returns when the provider may be given more */
const turnPlansOf = async ({ db, serviceCatalog }: Turning, accountId: string, providerId: string): Promise<Date> => {
  const { serviceChangesPerMinute: perMinute } = await serviceCatalog.provider(accountId, providerId);
  for (;;) {
    const { turned, nextAt } = await inAccount(db, accountId, (tx) =>
      turnPortion(tx, { accountId, providerId, perMinute }),
    );
    if (turned === 0) return nextAt;
  }
};

const turnPortion = async (
  tx: Transaction,
  { accountId, providerId, perMinute }: { accountId: string; providerId: string; perMinute: number },
): Promise<{ turned: number; nextAt: Date }> => {
  const now = timeNow();
  const room = MOST_WAITING - (await countWaiting(tx, accountId, now));
  const wanted = Math.min(LARGEST_PORTION, room);
  const lookAgainAt = new Date(now.getTime() + LOOK_AGAIN_MS);
  if (wanted <= 0) return { turned: 0, nextAt: lookAgainAt };
  const { granted, nextAt } = await takePace(tx, { accountId, providerId, perMinute, wanted, now });
  if (granted === 0) return { turned: 0, nextAt };
  const { rows } = await sql<{ sim_id: string }>`
    select sim_id from sim_services
    where account_id = ${accountId} and provider_id = ${providerId} and scheduled_at <= ${now}
    order by scheduled_at, sim_id limit ${granted}`.execute(tx);
  const held = await takeManyServices(
    tx,
    accountId,
    rows.map(({ sim_id }) => sim_id),
  );
  const changed = held.flatMap((one) => {
    const after = planIsDue(one.services, now);
    const { changeId, plan } = one.services.scheduled ?? {};
    const told = [{ event: 'services_plan_due', data: { changeId, ratePlan: plan } } as const];
    return after === one.services ? [] : [{ held: one, after, told }];
  });
  await changeManyServices(tx, accountId, changed, { origin: byTime, now });
  return { turned: changed.length, nextAt: rows.length < granted ? nextAt : lookAgainAt };
};

/** SIMs of which something is to be sent, and has not begun to be. */
const countWaiting = async (tx: Transaction, accountId: string, now: Date): Promise<number> => {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from due
    where account_id = ${accountId} and kind = ${SIM_SERVICES} and due_at < ${new Date(now.getTime() + SOON_MS)}`.execute(
    tx,
  );
  return rows[0]?.waiting ?? 0;
};

/** Longer than a lease: what is handled at this moment waits too. */
const SOON_MS = 30_000;

const setNextTurn = async (tx: Transaction, accountId: string, nextAt: readonly Date[]): Promise<void> => {
  const row = { kind: SCHEDULED_PLANS, id: accountId };
  // Before it is read what is scheduled: what is scheduled meanwhile comes after, and brings the row forward.
  if (!(await holdDue(tx, row))) return;
  const { rows } = await sql<{ first: Date | null }>`
    select min(scheduled_at) as first from sim_services where account_id = ${accountId}`.execute(tx);
  const first = rows[0]?.first ?? null;
  const soonest = Math.min(...nextAt.map((at) => at.getTime()), timeNow().getTime() + LOOK_AGAIN_MS);
  const dueAt = first !== null && first <= timeNow() ? new Date(soonest) : first;
  await setDue(tx, { ...row, accountId, dueAt });
};
