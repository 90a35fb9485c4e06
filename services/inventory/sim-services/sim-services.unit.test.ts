import { describe, expect, it } from 'vitest';
import { changeState } from './service-change.ts';
import { type CallResult, differs, nextCall, takeResults } from './service-call.ts';
import {
  type Billing,
  cancelScheduled,
  deviate,
  end,
  expireDeviation,
  migrate,
  moveTo,
  NO_SERVICES,
  type OpenCall,
  planDiffers,
  planIsDue,
  type ProfileContent,
  reattach,
  type Refusal,
  retry,
  setProfileVersion,
  type SimServices,
  type WantedDeviation,
  whatChanges,
} from './sim-services.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const FIRST = new Date('2026-11-30T23:05:00Z');
const AFTER_FIRST = new Date('2026-12-01T12:00:00Z');

const basic: ProfileContent = { id: 'basic', version: 1, options: { data: 'off', sms: 'on' }, plan: 'S' };
const full: ProfileContent = { id: 'full', version: 4, options: { data: 'on', sms: 'on' }, plan: 'L' };
const other: ProfileContent = { id: 'other', version: 1, options: { data: 'on', sms: 'off' }, plan: 'M' };

const asked = (changeId: string, how: Billing['how'] = 'we_schedule', now = NOW) => ({
  changeId,
  billing: { zone: 'Europe/Paris', how },
  now,
});
let calls = 0;
const send = (services: SimServices, now = NOW): { services: SimServices; call: OpenCall | null } => {
  calls += 1;
  const after = nextCall(services, { callId: `call-${calls}`, now });
  return { services: after, call: after.call };
};
const resultsOf = (call: OpenCall, outcome: CallResult['outcome'], reason: string | null = null): CallResult[] => {
  if (call.kind === 'cancel_arranged') return [{ of: 'rate_plan', name: 'any', value: 'any', outcome, reason }];
  const options = Object.entries(call.options).map(
    ([name, value]) =>
      ({ of: 'option', name, value, outcome: outcome === 'scheduled' ? 'applied' : outcome, reason }) as const,
  );
  const { plan } = call;
  return plan === null
    ? options
    : [...options, { of: 'rate_plan', name: plan.plan, value: plan.plan, outcome, reason }];
};
const answer = (services: SimServices, outcome: CallResult['outcome'], now = NOW): SimServices => {
  const { call } = services;
  if (call === null) throw new Error('nothing was sent');
  return takeResults(services, call.id, {
    results: resultsOf(call, outcome, outcome === 'refused' ? 'no' : null),
    now,
  });
};
const settle = (services: SimServices, now = NOW): SimServices => {
  const { services: sent, call } = send(services, now);
  return call === null
    ? sent
    : settle(answer(sent, call.kind === 'cancel_arranged' ? 'cancelled' : 'applied', now), now);
};
const valid = (result: SimServices | Refusal): SimServices => {
  if (typeof result === 'string') throw new Error(result);
  return result;
};
const wish = (options: Record<string, string>, more: Partial<WantedDeviation> = {}): WantedDeviation => ({
  options,
  kind: 'test',
  reason: 'trial',
  by: 'ada',
  expiresAt: null,
  ...more,
});
const onBasic = settle(migrate(NO_SERVICES, basic, asked('first')));

describe('a migration', () => {
  it('of a SIM without a confirmed plan wants all of it at once', () => {
    const { call } = send(migrate(NO_SERVICES, basic, asked('c')));
    expect(call).toMatchObject({ kind: 'set', options: basic.options, plan: { plan: 'S', arrange: null } });
    expect(onBasic).toMatchObject({ confirmed: { options: basic.options, plan: 'S' }, scheduled: null, call: null });
  });

  it('wants options at once and another plan from the next billing month, and sends only what differs', () => {
    const { services, call } = send(migrate(onBasic, full, asked('c')));
    expect(services.scheduled).toMatchObject({ plan: 'L', at: FIRST, effectiveOn: '2026-12-01', zone: 'Europe/Paris' });
    expect(call).toMatchObject({ options: { data: 'on' }, plan: null });
    expect(planDiffers(services)).toBe(false);
  });

  it('with the plan in force schedules nothing, and what was scheduled goes', () => {
    const scheduled = migrate(onBasic, full, asked('c'));
    const back = migrate(scheduled, { ...basic, id: 'twin' }, asked('d'));
    expect(back).toMatchObject({ scheduled: null, plan: 'S' });
    expect(whatChanges(scheduled, back)).toMatchObject({ scheduled: null, unscheduled: { changeId: 'c', plan: 'L' } });
  });

  it('replaces what an earlier one has scheduled, and says so', () => {
    const scheduled = migrate(onBasic, full, asked('c'));
    const later = migrate(scheduled, other, asked('d'));
    expect(whatChanges(scheduled, later)).toMatchObject({
      scheduled: { changeId: 'd', plan: 'M' },
      unscheduled: { changeId: 'c', plan: 'L' },
    });
    const wants = { options: {}, plan: 'L' };
    expect(changeState({ id: 'c', wants, cancelled: false }, later)).toBe('superseded');
  });

  it('compares with the plan in force, not with one that is on its way', () => {
    const due = send(planIsDue(migrate(onBasic, full, asked('c')), AFTER_FIRST), AFTER_FIRST);
    expect(due.call).toMatchObject({ plan: { plan: 'L', arrange: null } });
    expect(migrate(due.services, basic, asked('d')).scheduled).toBeNull();
    expect(migrate(due.services, other, asked('d'))).toMatchObject({ plan: 'S', scheduled: { plan: 'M' } });
  });

  it('ends a deviation and says what is lost', () => {
    const own = valid(deviate(onBasic, basic, wish({ sms: 'off' }), NOW));
    const migrated = migrate(own, full, asked('c'));
    expect(migrated.deviation).toBeNull();
    expect(whatChanges(own, migrated).endsDeviation).toMatchObject({
      by: 'ada',
      reason: 'trial',
      lost: [
        { option: 'data', value: 'off' },
        { option: 'sms', value: 'off' },
      ],
    });
  });
});

describe('a scheduled plan', () => {
  const scheduled = settle(migrate(onBasic, full, asked('c')));

  it('is sent when its month has begun, and not before', () => {
    expect(send(scheduled).call).toBeNull();
    expect(planIsDue(scheduled, new Date(FIRST.getTime() - 1))).toBe(scheduled);
    expect(settle(planIsDue(scheduled, FIRST), FIRST).confirmed.plan).toBe('L');
  });

  it('that is cancelled leaves the SIM on its new profile; a retry schedules it again', () => {
    const cancelled = valid(cancelScheduled(scheduled, 'c'));
    expect(cancelled).toMatchObject({ profile: { id: 'full' }, scheduled: null, plan: 'S' });
    expect(planDiffers(cancelled)).toBe(true);
    expect(changeState({ id: 'c', wants: { options: {}, plan: 'L' }, cancelled: true }, cancelled)).toBe('cancelled');
    expect(cancelScheduled(cancelled, 'c')).toBe('not_scheduled');
    expect(cancelScheduled(scheduled, 'd')).toBe('not_scheduled');
    expect(retry(cancelled, asked('d'))).toMatchObject({ scheduled: { changeId: 'd', plan: 'L', at: FIRST } });
  });

  it('that the provider refuses on the day leaves the old plan; a retry sends it at once', () => {
    const refused = answer(send(planIsDue(scheduled, FIRST), FIRST).services, 'refused', FIRST);
    expect(refused).toMatchObject({ confirmed: { plan: 'S' }, failed: { plan: { value: 'L', reason: 'no' } } });
    expect(planDiffers(refused)).toBe(true);
    expect(send(refused, FIRST).call).toBeNull();
    expect(changeState({ id: 'c', wants: { options: {}, plan: 'L' }, cancelled: false }, refused)).toBe('failed');
    expect(send(retry(refused, asked('c', 'we_schedule', FIRST)), FIRST).call).toMatchObject({ plan: { plan: 'L' } });
  });
});

describe('a plan that the provider schedules', () => {
  const wanted = migrate(onBasic, full, asked('c', 'provider_schedules'));
  const arranged = answer(send(wanted).services, 'scheduled');

  it('is sent at once with its date, and once', () => {
    expect(send(wanted).call).toMatchObject({ plan: { plan: 'L', arrange: { effectiveOn: '2026-12-01' } } });
    expect(arranged).toMatchObject({ call: null, plan: 'S', scheduled: { plan: 'L' }, arranged: { plan: 'L' } });
    expect(send(arranged).call).toBeNull();
  });

  it('is in force when the provider says so, long after the call', () => {
    const { arranged: held } = arranged;
    const results: CallResult[] = [{ of: 'rate_plan', name: 'L', value: 'L', outcome: 'applied', reason: null }];
    const inForce = takeResults(arranged, held?.callId ?? '', { results, now: FIRST });
    expect(inForce).toMatchObject({ confirmed: { plan: 'L' }, plan: 'L', scheduled: null, arranged: null });
    expect(takeResults(inForce, held?.callId ?? '', { results, now: FIRST })).toBe(inForce);
  });

  it('is asked for as one that is due where its day comes and nothing was said', () => {
    const { call } = send(planIsDue(arranged, FIRST), FIRST);
    expect(call).toMatchObject({ kind: 'set', plan: { plan: 'L', arrange: null } });
  });

  it('is cancelled at the provider before another is sent, and is on its way again where that is refused', () => {
    const cancelled = send(valid(cancelScheduled(arranged, 'c')));
    expect(cancelled.call).toMatchObject({ kind: 'cancel_arranged', arrangedBy: arranged.arranged?.callId });
    expect(answer(cancelled.services, 'cancelled')).toMatchObject({ arranged: null, scheduled: null, call: null });
    const refused = answer(cancelled.services, 'refused');
    expect(refused).toMatchObject({ scheduled: { changeId: 'c', plan: 'L' }, arranged: { cancellationRefused: 'no' } });
    expect(send(refused).call).toBeNull();
    const replaced = send(migrate(arranged, other, asked('d', 'provider_schedules')));
    expect(replaced.call?.kind).toBe('cancel_arranged');
    expect(send(answer(replaced.services, 'cancelled')).call).toMatchObject({ plan: { plan: 'M' } });
    expect(send(answer(replaced.services, 'refused')).call).toMatchObject({ plan: { plan: 'M' } });
  });

  it('that is in force although it was cancelled stays, until the next change', () => {
    const cancelled = send(valid(cancelScheduled(arranged, 'c'))).services;
    const inForce = answer(cancelled, 'applied');
    expect(inForce).toMatchObject({ confirmed: { plan: 'L' }, plan: 'L', scheduled: null, call: null });
    expect(send(inForce).call).toBeNull();
  });

  it('that is refused ahead leaves the old plan; a retry schedules it anew', () => {
    const refused = answer(send(wanted).services, 'refused');
    expect(refused).toMatchObject({ scheduled: null, plan: 'S', failed: { plan: { value: 'L' } } });
    expect(send(retry(refused, asked('c', 'provider_schedules'))).call).toMatchObject({
      plan: { plan: 'L', arrange: { effectiveOn: '2026-12-01' } },
    });
  });
});

describe('a deviation', () => {
  const own = valid(deviate(onBasic, basic, wish({ data: 'on' }), NOW));

  it('is of the options named, with who, why and since when', () => {
    expect(own).toMatchObject({ options: { data: 'on', sms: 'on' }, profile: { id: 'basic' } });
    expect(own.deviation).toEqual({ kind: 'test', reason: 'trial', by: 'ada', since: NOW, expiresAt: null });
    const more = valid(deviate(own, basic, wish({ sms: 'off' }, { by: 'bob' }), AFTER_FIRST));
    expect(more).toMatchObject({ options: { data: 'on', sms: 'off' }, deviation: { by: 'bob', since: NOW } });
  });

  it('ends with the values of the profile, by re-attaching, or by its time', () => {
    expect(deviate(own, basic, wish({ data: 'off' }), NOW)).toMatchObject({ deviation: null, options: basic.options });
    const newest = { ...basic, version: 2, options: { data: 'off', sms: 'off' } };
    expect(reattach(own, newest)).toMatchObject({ deviation: null, options: newest.options, profile: { version: 2 } });
    expect(reattach(onBasic, newest)).toBe(onBasic);
    const short = valid(deviate(onBasic, basic, wish({ data: 'on' }, { expiresAt: FIRST }), NOW));
    expect(expireDeviation(short, newest, new Date(FIRST.getTime() - 1))).toBe(short);
    expect(expireDeviation(short, newest, FIRST)).toMatchObject({ deviation: null, options: newest.options });
    expect(expireDeviation(own, newest, AFTER_FIRST)).toBe(own);
  });

  it('is not ended by an edit of the profile, which reaches every other SIM', () => {
    const newest = { ...basic, version: 2, options: { data: 'off', sms: 'off' } };
    expect(setProfileVersion(own, newest)).toBe(own);
    const edited = setProfileVersion(onBasic, newest);
    expect(edited).toMatchObject({ options: newest.options, profile: { version: 2 } });
    expect(setProfileVersion(edited, basic)).toBe(edited);
    expect(setProfileVersion(onBasic, { ...full, version: 9 })).toBe(onBasic);
  });

  it('is refused without a profile or a reason, with an end in the past, and with any end where other means manage', () => {
    const refusal = (more: Partial<WantedDeviation>, services = onBasic) =>
      deviate(services, basic, wish({ data: 'on' }, more), NOW);
    expect(refusal({}, NO_SERVICES)).toBe('no_profile');
    expect(refusal({ reason: ' ' })).toBe('reason_missing');
    expect(refusal({ expiresAt: NOW })).toBe('expiry_past');
    expect(refusal({ kind: 'api_managed', expiresAt: FIRST })).toBe('expiry_not_taken');
  });
});

describe('an option that the provider refuses', () => {
  const refused = answer(send(migrate(onBasic, full, asked('c'))).services, 'refused');

  it('stays as it was confirmed, failed with its words, and is no deviation', () => {
    expect(refused).toMatchObject({ confirmed: { options: basic.options }, deviation: null, options: full.options });
    expect(refused.failed.options).toEqual({ data: { value: 'on', reason: 'no', at: NOW } });
  });

  it('is not sent again until it is retried or wanted otherwise', () => {
    expect(send(refused).call).toBeNull();
    expect(send(migrate(refused, other, asked('d'))).call).toMatchObject({ options: { sms: 'off' } });
    expect(send(retry(refused, asked('c'))).call).toMatchObject({ options: { data: 'on' } });
    const otherwise = valid(deviate(refused, full, wish({ data: 'slow' }), NOW));
    expect(otherwise.failed.options).toEqual({});
    expect(send(otherwise).call).toMatchObject({ options: { data: 'slow' } });
  });

  it('was asked for before it was wanted otherwise: its refusal says nothing about what is wanted now', () => {
    const sent = send(migrate(onBasic, full, asked('c'))).services;
    const otherwise = valid(deviate(sent, full, wish({ data: 'slow' }), NOW));
    expect(answer(otherwise, 'refused').failed.options).toEqual({});
  });
});

describe('a call', () => {
  const sent = send(migrate(NO_SERVICES, full, asked('c'))).services;

  it('is open alone until everything in it has an answer', () => {
    expect(send(sent).services).toBe(sent);
    expect([differs(sent, NOW), differs(onBasic, NOW)]).toEqual([true, false]);
    const [one, ...rest] = resultsOf(sent.call as OpenCall, 'applied');
    const partly = takeResults(sent, sent.call?.id ?? '', { results: one ? [one] : [], now: NOW });
    expect(partly).toMatchObject({ call: { options: { sms: 'on' } }, confirmed: { options: { data: 'on' } } });
    expect(takeResults(partly, sent.call?.id ?? '', { results: rest, now: NOW }).call).toBeNull();
  });

  it('takes the first answer to each thing, from itself, about what it has asked', () => {
    const applied = answer(sent, 'applied');
    const again = resultsOf(sent.call as OpenCall, 'refused', 'after all not');
    expect(takeResults(applied, sent.call?.id ?? '', { results: again, now: NOW })).toBe(applied);
    expect(takeResults(sent, 'another', { results: again, now: NOW })).toBe(sent);
    const strange: CallResult[] = [
      { of: 'option', name: '__proto__', value: 'on', outcome: 'applied', reason: null },
      { of: 'rate_plan', name: 'M', value: 'M', outcome: 'applied', reason: null },
    ];
    expect(takeResults(sent, sent.call?.id ?? '', { results: strange, now: NOW })).toBe(sent);
  });
});

describe('a SIM that replaces another', () => {
  it('is to do what that one was, now and later, with nothing confirmed; the old one is owed nothing', () => {
    const own = valid(deviate(migrate(onBasic, full, asked('c')), full, wish({ sms: 'off' }), NOW));
    const followed = moveTo(own);
    expect(followed).toMatchObject({
      profile: { id: 'full' },
      options: { data: 'on', sms: 'off' },
      deviation: { by: 'ada' },
      plan: 'S',
      scheduled: { changeId: 'c', plan: 'L' },
      confirmed: { options: {}, plan: null },
      call: null,
    });
    expect(send(followed).call).toMatchObject({
      options: { data: 'on', sms: 'off' },
      plan: { plan: 'S', arrange: null },
    });
    expect(send(end(own), AFTER_FIRST).call).toBeNull();
  });
});
