import { UnavailableError } from '@simlane/service-kit/problem';
import { describe, expect, it } from 'vitest';
import { answeringServices } from './answering-services.fixture.ts';
import { createServiceCallsActivities } from './service-calls.activities.ts';

const NEXT = 'inventory PUT next-service-calls';
const PUT_CALLS = 'order PUT service-calls';
const RECORD = 'inventory PUT service-call-results';
const TAKEN = 'order PUT taken-service-calls';

const services = (answers: Record<string, unknown>) => {
  const { calls, clientOf, names } = answeringServices(answers);
  const activities = createServiceCallsActivities({ inventory: clientOf('inventory'), order: clientOf('order') });
  return { activities, names, bodies: () => calls.map(({ body }) => body) };
};

describe('the calls of a portion', () => {
  const opened = (simId: string, more: object = { wanted: { options: { data: 'on' } } }) => ({
    simId,
    callId: `call of ${simId}`,
    providerId: 'provider',
    iccid: '89',
    ...more,
  });
  const applied = { of: 'option', name: 'data', value: 'on', outcome: 'applied', reason: null };
  const answered = (simId: string) => ({ changeId: `call of ${simId}`, version: 1, results: [applied] });
  const unanswered = (simId: string) => ({ changeId: `call of ${simId}`, version: 0, results: [] });
  const send = (run: ReturnType<typeof services>, simIds = ['one', 'two']) =>
    run.activities.sendServiceCalls({ accountId: 'account', simIds });

  it('are opened, sent and taken together, and only what inventory has is said to be taken', async () => {
    const run = services({
      [NEXT]: { calls: [opened('one'), opened('two')] },
      [PUT_CALLS]: { calls: [answered('one'), answered('two')] },
      [RECORD]: { taken: ['call of one'] },
    });
    expect(await send(run)).toEqual({ answered: 1 });
    expect(run.names()).toEqual([NEXT, PUT_CALLS, RECORD, TAKEN]);
    const [asked, sent, recorded, taken] = run.bodies();
    expect(asked).toEqual({ simIds: ['one', 'two'] });
    expect(sent).toMatchObject({
      calls: [
        { changeId: 'call of one', simId: 'one', providerId: 'provider', iccid: '89', options: { data: 'on' } },
        { changeId: 'call of two', simId: 'two' },
      ],
    });
    expect(recorded).toMatchObject({ calls: [{ simId: 'one', results: [applied] }, { simId: 'two' }] });
    expect(taken).toEqual({ taken: [{ changeId: 'call of one', version: 1 }] });
  });

  it('without an answer, or that are to be cancelled, are handed over to the workflows of their SIMs', async () => {
    const run = services({
      [NEXT]: { calls: [opened('one'), opened('two', { cancels: 'earlier' })] },
      [PUT_CALLS]: { calls: [unanswered('one')] },
      [RECORD]: { taken: ['call of one', 'call of two'] },
    });
    expect(await send(run)).toEqual({ answered: 0 });
    expect(run.names()).toEqual([NEXT, PUT_CALLS, RECORD]);
    expect(run.bodies()[1]).toMatchObject({ calls: [{ changeId: 'call of one' }] });
    expect(run.bodies()[2]).toEqual({
      calls: [
        { simId: 'one', callId: 'call of one', results: [] },
        { simId: 'two', callId: 'call of two', results: [] },
      ],
    });
  });

  it('of SIMs that are owed nothing, or that somebody has, are none', async () => {
    const run = services({ [NEXT]: { calls: [] } });
    expect(await send(run)).toEqual({ answered: 0 });
    expect(run.names()).toEqual([NEXT]);
  });

  it('go in as many steps as their number needs', async () => {
    const run = services({ [NEXT]: { calls: [] } });
    await send(
      run,
      Array.from({ length: 60 }, (_, index) => `sim-${index}`),
    );
    expect(run.bodies().map((body) => (body as { simIds: string[] }).simIds.length)).toEqual([50, 10]);
  });

  it('are not said to be taken where inventory does not have the answers', async () => {
    const away = new UnavailableError('inventory', 'away');
    const answers = { [NEXT]: { calls: [opened('one')] }, [PUT_CALLS]: { calls: [answered('one')] }, [RECORD]: away };
    const run = services(answers);
    await expect(send(run)).rejects.toThrow(away);
    expect(run.names()).not.toContain(TAKEN);
  });
});
