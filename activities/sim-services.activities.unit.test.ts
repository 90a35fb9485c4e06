import { RemoteProblem, UnavailableError } from '@simlane/service-kit/problem';
import { describe, expect, it } from 'vitest';
import { answeringServices } from './answering-services.fixture.ts';
import { createSimServicesActivities } from './sim-services.activities.ts';

const sim = { accountId: 'account', simId: 'sim' };
const applied = { of: 'option', name: 'data', value: 'on', outcome: 'applied', reason: null };
const cancelled = { of: 'rate_plan', name: 'L', value: 'L', outcome: 'cancelled', reason: null };
const opened = { callId: 'call', providerId: 'provider', iccid: '89', wanted: { options: { data: 'on' } } };
const serviceCall = (more: object = {}) => ({
  changeId: 'call',
  simId: 'sim',
  state: 'answered',
  version: 1,
  results: [applied],
  ...more,
});
const problem = (code: 'not_found' | 'cancellation_refused', detail = '') =>
  new RemoteProblem('order', { type: '', title: '', status: 409, code, detail, instance: 'request' });

const services = (answers: Record<string, unknown>) => {
  const { calls, clientOf, names } = answeringServices(answers);
  const activities = createSimServicesActivities({ inventory: clientOf('inventory'), order: clientOf('order') });
  return { calls, activities, names };
};

const NEXT = 'inventory PUT next-call';
const RECORD = 'inventory PUT :callId';
const PUT_CALL = 'order PUT :changeId';
const GET_CALL = 'order GET :changeId';
const CANCEL = 'order DELETE schedule';
const ASK = 'order PUT question';
const TAKEN = 'order PUT taken';
const owedAfter = (owed: 'call' | null) => ({ [RECORD]: { owed, owedAt: null } });

describe('sending', () => {
  it('opens the call, sends it, takes the answer, and only then says that it was taken', async () => {
    const answers = { [NEXT]: { call: opened }, [PUT_CALL]: serviceCall(), ...owedAfter(null) };
    const { activities, names, calls } = services(answers);
    expect(await activities.sendServiceCall(sim)).toEqual({ changeId: 'call', isAnswered: true, isSettled: true });
    expect(names()).toEqual([NEXT, PUT_CALL, RECORD, TAKEN]);
    expect(calls.map(({ body }) => body).slice(1)).toEqual([
      { simId: 'sim', providerId: 'provider', iccid: '89', options: { data: 'on' } },
      { results: [applied] },
      { version: 1 },
    ]);
  });

  it('has nothing to take while the provider has said nothing, and nothing to send where nothing differs', async () => {
    const pending = services({ [NEXT]: { call: opened }, [PUT_CALL]: serviceCall({ state: 'pending', results: [] }) });
    expect(await pending.activities.sendServiceCall(sim)).toMatchObject({ isAnswered: false, isSettled: false });
    expect(pending.names()).toEqual([NEXT, PUT_CALL]);
    const nothing = services({ [NEXT]: { call: null } });
    expect(await nothing.activities.sendServiceCall(sim)).toBeNull();
  });

  it('says whether something differs after the answer, so that it is not asked for what is not there', async () => {
    const { activities } = services({ [NEXT]: { call: opened }, [PUT_CALL]: serviceCall(), ...owedAfter('call') });
    expect(await activities.sendServiceCall(sim)).toMatchObject({ isAnswered: true, isSettled: false });
  });

  it('does not say that an answer was taken which inventory does not have', async () => {
    const away = new UnavailableError('inventory', 'away');
    const { activities, names } = services({ [NEXT]: { call: opened }, [PUT_CALL]: serviceCall(), [RECORD]: away });
    await expect(activities.sendServiceCall(sim)).rejects.toThrow(away);
    expect(names()).not.toContain(TAKEN);
  });
});

describe('cancelling what the provider has arranged', () => {
  const cancels = { callId: 'call', providerId: 'provider', iccid: '89', cancels: 'earlier' };

  it('is answered by what became of it, or by the provider’s refusal', async () => {
    const done = services({
      [NEXT]: { call: cancels },
      [CANCEL]: serviceCall({ results: [applied, cancelled] }),
      ...owedAfter(null),
    });
    expect(await done.activities.sendServiceCall(sim)).toEqual({ changeId: 'call', isAnswered: true });
    expect(done.calls.at(-1)).toEqual({ name: RECORD, body: { results: [cancelled] } });
    const refused = services({
      [NEXT]: { call: cancels },
      [CANCEL]: problem('cancellation_refused', 'too late'),
      ...owedAfter(null),
    });
    await refused.activities.sendServiceCall(sim);
    expect(refused.calls.at(-1)?.body).toMatchObject({ results: [{ outcome: 'refused', reason: 'too late' }] });
  });

  it('is tried again where nobody knows what became of it', async () => {
    const scheduled = { ...cancelled, outcome: 'scheduled' };
    const unknown = services({ [NEXT]: { call: cancels }, [CANCEL]: serviceCall({ results: [scheduled] }) });
    await expect(unknown.activities.sendServiceCall(sim)).rejects.toThrow(/dependency_unavailable/);
    expect(unknown.names()).not.toContain(RECORD);
  });
});

describe('an answer that came later', () => {
  it('is read from order and taken', async () => {
    const { activities, names } = services({ [GET_CALL]: serviceCall(), ...owedAfter(null) });
    await activities.takeServiceCallAnswer({ ...sim, changeId: 'call' });
    expect(names()).toEqual([GET_CALL, RECORD, TAKEN]);
  });

  it('to a call that order does not know, or of another SIM, is nothing', async () => {
    for (const answer of [problem('not_found'), serviceCall({ simId: 'other' })]) {
      const { activities, names } = services({ [GET_CALL]: answer });
      await activities.takeServiceCallAnswer({ ...sim, changeId: 'call' });
      expect(names()).toEqual([GET_CALL]);
    }
  });

  it('is asked for where none comes, and taken as far as there is one', async () => {
    const partly = services({ [ASK]: serviceCall({ state: 'pending' }), ...owedAfter('call') });
    expect(await partly.activities.askForServiceCallAnswer({ ...sim, changeId: 'call' })).toEqual({
      isAnswered: false,
    });
    expect(partly.names()).toEqual([ASK, RECORD, TAKEN]);
  });
});
