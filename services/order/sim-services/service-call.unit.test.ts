import type { ServiceOutcome } from '@simlane/contracts/sim-services';
import { describe, expect, it } from 'vitest';
import {
  answersIn,
  answersReported,
  changeSent,
  isOpen,
  judgeAnswers,
  refusedAsAWhole,
  type ServiceAnswer,
  stateOf,
} from './service-call.ts';

const option = (name: string, outcome: ServiceOutcome, reason: string | null = null): ServiceAnswer => ({
  of: 'option',
  name,
  outcome,
  reason,
});
const plan = (outcome: ServiceOutcome, name = 'M'): ServiceAnswer => ({ of: 'rate_plan', name, outcome, reason: null });
const call = (...answers: ServiceAnswer[]) => ({
  changeId: 'change',
  options: { data: '5GB', voice: 'on' } as Record<string, string>,
  ratePlan: 'M',
  effectiveOn: null,
  sentAt: null as Date | null,
  answers,
});

describe('the state of a call', () => {
  it('is sending until the provider is known to have it, then pending until everything is answered', () => {
    const all = [option('data', 'applied'), option('voice', 'refused'), plan('scheduled')];
    expect(stateOf(call())).toBe('sending');
    expect(stateOf(call(option('data', 'applied')))).toBe('sending');
    expect(stateOf({ ...call(option('data', 'applied')), sentAt: new Date() })).toBe('pending');
    expect(stateOf(call(...all))).toBe('answered');
  });

  it('leaves something to learn while an answer is missing or the plan is only scheduled', () => {
    const options = [option('data', 'applied'), option('voice', 'refused')];
    expect([...options.keys()].map((until) => isOpen(call(...options.slice(0, until))))).toEqual([true, true]);
    expect(isOpen(call(...options, plan('scheduled')))).toBe(true);
    expect(isOpen(call(...options, plan('cancelled')))).toBe(false);
  });
});

describe('an answer', () => {
  it.each<[string, ServiceAnswer[], ServiceAnswer[], string, ServiceAnswer[]]>([
    ['is applied where there was none', [], [option('data', 'applied')], 'applied', [option('data', 'applied')]],
    [
      'that repeats what stands is a duplicate',
      [option('data', 'refused', 'first words')],
      [option('data', 'refused', 'other words')],
      'duplicate',
      [option('data', 'refused', 'first words')],
    ],
    [
      'that contradicts what stands is stale, and the first one stands',
      [option('data', 'applied')],
      [option('data', 'refused')],
      'stale',
      [option('data', 'applied')],
    ],
    ['for what was not asked counts for nothing', [], [option('roaming', 'applied')], 'stale', []],
    ['for another plan counts for nothing', [], [plan('applied', 'L')], 'stale', []],
    [
      'counts for what is new in it',
      [option('data', 'applied')],
      [option('data', 'refused'), option('voice', 'applied'), option('roaming', 'applied')],
      'applied',
      [option('data', 'applied'), option('voice', 'applied')],
    ],
    ['ends what was scheduled', [plan('scheduled')], [plan('applied')], 'applied', [plan('applied')]],
    ['does not schedule again what has ended', [plan('applied')], [plan('scheduled')], 'stale', [plan('applied')]],
    ['does not end a plan twice', [plan('cancelled')], [plan('applied')], 'stale', [plan('cancelled')]],
    [
      'given twice in one message counts once',
      [],
      [option('data', 'refused'), option('data', 'applied')],
      'applied',
      [option('data', 'refused')],
    ],
  ])('%s', (_name, standing, said, disposition, after) => {
    expect(judgeAnswers(call(...standing), said)).toEqual({ answers: after, disposition });
  });

  it('to the whole change is one to each part', () => {
    const { answers } = judgeAnswers(call(option('data', 'applied')), refusedAsAWhole(call(), 'No'));
    expect(answers.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([
      ['data', 'applied', null],
      ['voice', 'refused', 'No'],
      ['M', 'refused', 'No'],
    ]);
  });

  it('is of an option or of the plan, its words made fit to be kept', () => {
    const results = [
      { option: 'data', outcome: 'refused' as const, reason: 'No' },
      { ratePlan: 'M', outcome: 'applied' as const },
      { option: '', ratePlan: 'L', outcome: 'applied' as const },
    ];
    expect(answersIn(results, (words) => words?.toUpperCase() ?? null)).toEqual([
      option('data', 'refused', 'NO'),
      plan('applied'),
      plan('applied', 'L'),
    ]);
  });
});

describe('what a provider reports', () => {
  const reported = { options: { data: '5GB', voice: 'off' }, ratePlan: 'S' as string | null };

  it('answers what is in force as it was asked for, and nothing else: it may still come', () => {
    expect(answersReported(call(), { ...reported, scheduled: [] })).toEqual([option('data', 'applied')]);
    expect(answersReported(call(), { options: {}, ratePlan: 'M', scheduled: [] })).toEqual([plan('applied')]);
  });

  it('answers for the plan where it is scheduled by this change', () => {
    const scheduled = (changeId: string, ratePlan: string) => [{ changeId, ratePlan, effectiveOn: '2026-12-01' }];
    const heard = (plans: ReturnType<typeof scheduled>) =>
      answersReported(call(), { options: {}, ratePlan: 'S', scheduled: plans });
    expect(heard(scheduled('change', 'M'))).toEqual([plan('scheduled')]);
    expect(heard(scheduled('another', 'M'))).toEqual([]);
    expect(heard(scheduled('change', 'L'))).toEqual([]);
  });
});

it('a change goes out with what was asked for and nothing else', () => {
  const change = { changeId: 'change', options: {}, ratePlan: 'M', effectiveOn: '2026-12-01' };
  expect(changeSent(change)).toEqual({ changeId: 'change', ratePlan: 'M', effectiveOn: '2026-12-01' });
  expect(changeSent(call())).toEqual({ changeId: 'change', options: { data: '5GB', voice: 'on' }, ratePlan: 'M' });
});
