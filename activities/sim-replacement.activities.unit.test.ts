import type { InternalRoute } from '@simlane/contracts/http/route';
import type { ProblemCode } from '@simlane/contracts/problems';
import { RemoteProblem, UnavailableError } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import { describe, expect, it } from 'vitest';
import { managerMessageId } from './message-id.ts';
import { createSimReplacementActivities } from './sim-replacement.activities.ts';

const ref = { accountId: 'account', orderId: 'order', factId: 'fact' };
const replacement = {
  orderId: 'order',
  lineId: 'line',
  oldSimId: 'old',
  newSimId: 'new',
  temporaryReference: null,
  iccid: null,
  iccidIssue: null,
  enteredIccid: null,
};
const fact = {
  factId: 'fact',
  kind: 'processed',
  occurredAt: '2026-11-20T10:00:00Z',
  carriedOut: false,
  signalled: { iccid: '8988211000000530082', eid: null },
  providerReference: 'PL-7741',
};
const claim = {
  orderNumber: 'ORD-2026-000042',
  action: 'switch_to_esim',
  status: 'processed',
  endReason: null,
  msisdn: '+447700900123',
  providerId: 'provider',
  submitted: true,
  managerTold: false,
  todos: [],
  orderedBy: { name: 'Mary Manager', email: 'mary@example.com', language: 'en' },
  pending: [],
};

/** Services that answer as told, by the last part of the route's path, and the calls they got in their order. */
const services = (answers: Record<string, unknown>) => {
  const calls: { name: string; body: unknown }[] = [];
  const client: ServiceClient = {
    call: async (contract: InternalRoute, request: object) => {
      const name = contract.path.split('/').at(-1) ?? '';
      calls.push({ name, body: 'body' in request ? request.body : undefined });
      const answer = answers[name];
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
    close: () => undefined,
  };
  const activities = createSimReplacementActivities({ inventory: client, order: client, notification: client });
  return { calls, activities, names: () => calls.map(({ name }) => name) };
};

const problem = (code: ProblemCode, retryAfterSeconds?: number) =>
  new RemoteProblem(
    'other',
    { type: `urn:simlane:problem:${code}`, title: '', status: 409, code, detail: '', instance: 'request' },
    retryAfterSeconds,
  );
const notApplied = problem('fact_not_applied');

describe('a step', () => {
  it('reads the fact, lets inventory act, and records it on the order, in this order', async () => {
    const outcome = { status: 'processed', todos: ['iccid_missing'] };
    const { activities, calls, names } = services({
      ':factId': fact,
      commit: { ...replacement, state: 'committed' },
      'carried-out': outcome,
    });
    expect(await activities.replaceSim(ref)).toEqual({ carriedOut: true, ...outcome });
    expect(names()).toEqual([':factId', 'commit', 'carried-out']);
    const { occurredAt, signalled, providerReference } = fact;
    expect(calls[1]?.body).toEqual({ factId: 'fact', occurredAt, signalled, providerReference });
    expect(calls[2]?.body).toEqual({
      newSim: { id: 'new', temporaryReference: null, iccid: null, enteredIccid: null },
      iccidIssue: null,
    });
  });

  it('does nothing for a fact that says something else than the step is for', async () => {
    const { activities, names } = services({ ':factId': fact });
    expect(await activities.rollBackReplacement(ref)).toMatchObject({ carriedOut: false });
    expect(await activities.createTemporaryEsim(ref)).toMatchObject({ carriedOut: false });
    expect(names()).toEqual([':factId', ':factId']);
  });

  it('does nothing for a fact that the order does not have as applied', async () => {
    const { activities, names } = services({ ':factId': notApplied });
    expect(await activities.rollBackReplacement(ref)).toMatchObject({ carriedOut: false });
    expect(names()).toEqual([':factId']);
  });

  it('asks nothing of inventory for a fact that was carried out before, as a run that was reset hears it', async () => {
    const outcome = { status: 'cancelled', todos: [] };
    const { activities, names } = services({
      ':factId': { ...fact, kind: 'acknowledged', carriedOut: true },
      'carried-out': outcome,
    });
    expect(await activities.createTemporaryEsim(ref)).toEqual({ carriedOut: true, ...outcome });
    expect(names()).toEqual([':factId', 'carried-out']);
  });

  it('records nothing where inventory has not done it, and fails, to be tried again', async () => {
    const { activities, names } = services({
      ':factId': { ...fact, kind: 'cancelled' },
      rollback: { ...replacement, state: 'committed' },
    });
    await expect(activities.rollBackReplacement(ref)).rejects.toThrow('inventory says committed');
    expect(names()).toEqual([':factId', 'rollback']);
  });

  it.each([
    ['order does not answer', { ':factId': new UnavailableError('order', 'away') }],
    ['inventory does not answer', { ':factId': fact, commit: new UnavailableError('inventory', 'away') }],
  ])('fails, to be tried again, where %s: a failure is no decision', async (_name, answers) => {
    await expect(services(answers).activities.replaceSim(ref)).rejects.toThrow('dependency_unavailable');
  });
});

describe('a submission', () => {
  it('tells the story how long the provider asks for, where that is longer than usual', async () => {
    const { activities } = services({ submission: problem('dependency_unavailable', 1800) });
    expect(await activities.submitOrder(ref)).toEqual({ outcome: 'later', afterSeconds: 1800 });
    const soon = services({ submission: problem('dependency_unavailable', 2) });
    await expect(soon.activities.submitOrder(ref)).rejects.toBeInstanceOf(RemoteProblem);
  });
});

describe('telling the manager', () => {
  it('is one message however often it is done: its id follows from the order', async () => {
    const { activities, calls } = services({ claim, ':messageId': {}, 'manager-told': {} });
    await activities.tellManager(ref);
    await activities.tellManager(ref);
    const recorded = calls.filter(({ name }) => name === 'manager-told').map(({ body }) => body);
    expect(recorded).toEqual([{ messageId: managerMessageId('order') }, { messageId: managerMessageId('order') }]);
    expect(calls[1]?.body).toMatchObject({
      content: { outcome: 'processed', needsAttention: false },
      recipients: [claim.orderedBy],
    });
  });

  it('told before with other to-dos stays as it was told', async () => {
    const { activities, names } = services({
      claim,
      ':messageId': problem('idempotency_key_reused'),
      'manager-told': {},
    });
    await activities.tellManager(ref);
    expect(names()).toEqual(['claim', ':messageId', 'manager-told']);
  });

  it('tells of no end that has not come', async () => {
    const { activities } = services({ claim: { ...claim, status: 'in_progress' } });
    await expect(activities.tellManager(ref)).rejects.toThrow('no end to tell of');
  });
});
