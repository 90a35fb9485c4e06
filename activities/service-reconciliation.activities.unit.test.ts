import type { InternalRoute } from '@simlane/contracts/http/route';
import { RemoteProblem, UnavailableError } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import { describe, expect, it } from 'vitest';
import { createServiceReconciliationActivities } from './service-reconciliation.activities.ts';

const SAID = { options: { data: 'on' }, ratePlan: 'S', scheduled: [] };
const reconciliation = { accountId: 'account', reconciliationId: 'account' };
const LAST = { providerId: 'provider', simId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const problem = (code: 'dependency_unavailable' | 'not_found', retryAfterSeconds = 2) =>
  new RemoteProblem('order', { type: '', title: '', status: 503, code, detail: '', instance: '' }, retryAfterSeconds);
const at = (number: number) => ({ providerId: 'provider', simId: `sim-${number}` });

/** Twelve SIMs, of which the provider says what it is told to: by number, and to the rest what is in force. */
const comparing = (answers: Record<number, Error> | Error = {}, { empty = false } = {}) => {
  const sims = empty
    ? []
    : Array.from({ length: 12 }, (_, number) => ({ simId: `sim-${number}`, iccid: `${number}`, version: 1 }));
  const portion = { after: null, upTo: at(11), providerId: 'provider', sims };
  const asked: string[] = [];
  const atOnce = { now: 0, most: 0 };
  let recorded: { upTo: unknown; sims: { simId: string }[]; unread: number } | undefined;
  const inventory: Pick<ServiceClient, 'call'> = {
    call: async (contract: InternalRoute, request: object) => {
      if (contract.path.endsWith('/portion')) return { portion } as never;
      recorded = (request as { body: NonNullable<typeof recorded> }).body;
      return {} as never;
    },
  };
  const order: Pick<ServiceClient, 'call'> = {
    call: async (_contract: InternalRoute, request: object) => {
      const { iccid } = (request as { query: { iccid: string } }).query;
      asked.push(iccid);
      atOnce.now += 1;
      atOnce.most = Math.max(atOnce.most, atOnce.now);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce.now -= 1;
      const answer = answers instanceof Error ? answers : answers[Number(iccid)];
      if (answer !== undefined) throw answer;
      return SAID as never;
    },
  };
  const close = () => undefined;
  const activities = createServiceReconciliationActivities({
    inventory: { ...inventory, close },
    order: { ...order, close },
  });
  return {
    compare: (tries = 0) => activities.compareServices({ ...reconciliation, tries }),
    asked,
    atOnce,
    recorded: () => recorded,
  };
};

describe('a portion', () => {
  it('is asked for a few at once, and what is said is brought to inventory with the version that it was asked under', async () => {
    const run = comparing();
    expect(await run.compare()).toEqual({ hasMoved: true, laterMs: null });
    expect(run.atOnce.most).toBe(4);
    expect(run.recorded()).toMatchObject({ after: null, upTo: at(11), unread: 0 });
    expect(run.recorded()?.sims[0]).toEqual({
      simId: 'sim-0',
      iccid: '0',
      version: 1,
      options: SAID.options,
      ratePlan: 'S',
    });
    expect(run.recorded()?.sims).toHaveLength(12);
  });

  it('without a SIM that can be compared is passed', async () => {
    const run = comparing({}, { empty: true });
    expect(await run.compare()).toEqual({ hasMoved: true, laterMs: null });
    expect([run.asked, run.recorded()?.upTo]).toEqual([[], at(11)]);
  });
});

describe('a provider', () => {
  it('that asks for time is asked about no other SIM, and at this place again when the time is over', async () => {
    const run = comparing(problem('dependency_unavailable', 1800));
    expect(await run.compare()).toEqual({ hasMoved: false, laterMs: 1_800_000 });
    expect(run.asked).toEqual(['0']);
    expect(run.recorded()).toMatchObject({ upTo: null, sims: [], unread: 0 });
  });

  it('that asks for time in between is gone on with from there', async () => {
    const run = comparing({ 3: problem('dependency_unavailable', 30) });
    expect(await run.compare()).toEqual({ hasMoved: true, laterMs: 30_000 });
    expect(run.recorded()?.upTo).toEqual(at(2));
    // The others that were answered are asked about again.
    expect(run.recorded()?.sims).toHaveLength(3);
    expect(run.asked.length).toBeLessThan(12);
  });

  it('that is silent is tried less and less often, and passed by in the end', async () => {
    const waits: (number | null | undefined)[] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      const run = comparing(problem('dependency_unavailable'));
      waits.push((await run.compare(tries))?.laterMs);
      if (tries === 5) expect(run.recorded()).toMatchObject({ upTo: LAST, unread: 12 });
    }
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 960_000, null]);
  });

  it('without a connection is passed by at once', async () => {
    const run = comparing(problem('not_found'));
    expect(await run.compare()).toEqual({ hasMoved: true, laterMs: null });
    expect(run.recorded()).toMatchObject({ upTo: LAST });
  });

  it('is not taken for silent where it is order that does not answer', async () => {
    const away = new UnavailableError('order', 'away');
    const run = comparing(away);
    await expect(run.compare()).rejects.toThrow(away);
    expect(run.recorded()).toBeUndefined();
  });
});

it('a SIM of which nothing can be read holds up none of the others', async () => {
  const run = comparing({ 0: problem('dependency_unavailable') });
  expect(await run.compare()).toEqual({ hasMoved: true, laterMs: null });
  expect(run.recorded()).toMatchObject({ upTo: at(11), unread: 1 });
  const later = comparing({ 0: problem('dependency_unavailable'), 6: problem('dependency_unavailable') });
  expect(await later.compare(1)).toEqual({ hasMoved: true, laterMs: 2_000 });
  expect(later.recorded()).toMatchObject({ upTo: at(5), unread: 1 });
});
