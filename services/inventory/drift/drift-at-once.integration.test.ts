import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Inventory, startInventory } from '../inventory.fixture.ts';
import { startSettled } from './drift.fixture.ts';

/** Each with reports, decisions, changes and answers at once, in an order that nobody can foretell. */
const ROUNDS = 25;

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

it('reports, decisions, changes and answers at once leave one open proposal at most, about what is confirmed', async () => {
  const sim = await startSettled(inventory);
  const values = ['off', 'on', 'slow'];
  const value = (round: number, step: number): string => values[(round + step) % values.length] ?? 'off';
  const statuses = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await sim.reconcile({ [sim.simId]: { options: { data: value(round, 1) }, ratePlan: round % 2 === 0 ? 'L' : 'S' } });
    const [proposal] = await sim.proposals('&state=open');
    await sim.ask();
    const portion = await sim.takePortion();
    const answers = await Promise.all([
      ...(proposal === undefined ? [] : [sim.decide(proposal, 'theirs'), sim.decide(proposal, 'ours')]),
      sim.change({
        kind: 'deviate',
        deviationKind: 'other',
        reason: 'r',
        options: { data: value(round, 2), sms: round % 3 === 0 ? 'off' : 'on' },
      }),
      ...(portion === null ? [] : [sim.report(sim.accountId, portion, { [sim.simId]: { options: { sms: 'off' } } })]),
      sim.settle().then(() => ({ status: 200 })),
    ]);
    for (const { status } of answers) statuses.add(status);
    await sim.settle();
    const { rows } = await inAccount(inventory.db, sim.accountId, (tx) =>
      sql<{ open: number; wrong: number }>`
        select count(*)::int as open,
          count(*) filter (where exists (select from jsonb_each(p.drift -> 'options') as o (code, difference)
            where ss.services #>> array['confirmed', 'options', o.code] is distinct from o.difference ->> 'ours')
            or p.drift #>> '{plan,ours}' <> ss.services #>> '{confirmed,plan}')::int as wrong
        from drift_proposal p join sim_services ss on ss.sim_id = p.sim_id
        where p.sim_id = ${sim.simId} and p.state = 'open'`.execute(tx),
    );
    expect(rows[0]?.open).toBeLessThanOrEqual(1);
    expect(rows[0]?.wrong).toBe(0);
    // One word stands, whichever was first.
    const found = (await sim.proposals()).filter(({ id }) => id === proposal?.id);
    for (const { state } of found) expect(state).not.toBe('open');
  }
  expect([...statuses].toSorted((one, other) => one - other)).toEqual([200, 201, 409]);
});
