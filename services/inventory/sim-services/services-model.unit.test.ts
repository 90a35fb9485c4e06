import { isDeepStrictEqual } from 'node:util';
import { type Random, seededRandom } from '@simlane/testing/random';
import { expect, it } from 'vitest';
import { type Drift, driftIn, driftLeft, isComparable, NO_DRIFT, pushOurs, takeTheirs } from '../drift/drift.ts';
import { type CallResult, nextCall, takeResults } from './service-call.ts';
import { createServicesModel, type ServicesModel } from './services-model.fixture.ts';
import {
  cancelScheduled,
  deviate,
  expireDeviation,
  migrate,
  moveTo,
  NO_SERVICES,
  type OpenCall,
  planIsDue,
  type ProfileContent,
  reattach,
  retry,
  setProfileVersion,
  type SimServices,
} from './sim-services.ts';

const SEQUENCES = 2_000;
const STEPS = 60;
/** 2,000 sequences take seconds, on a machine that does other things as well. */
const TIMEOUT_MS = 60_000;
const HOUR_MS = 3_600_000;

const CODES = ['data', 'sms', 'voice'];
const VALUES = ['off', 'on', 'some'];

class Sequence {
  readonly #random: Random;
  readonly #model: ServicesModel;
  readonly #profiles: ProfileContent[];
  readonly #answered: { callId: string; results: CallResult[] }[] = [];
  #services: SimServices = NO_SERVICES;
  #drift: Drift = NO_DRIFT;
  #now = new Date('2026-11-27T22:30:00Z');
  #count = 0;
  readonly story: string[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#model = createServicesModel(this.#random.below(2) === 0 ? 'we_schedule' : 'provider_schedules');
    this.#profiles = ['a', 'b', 'c', 'd'].map((id, index) => ({
      id,
      version: 1,
      options: this.#values(),
      plan: ['S', 'M', 'L', 'S'][index] as string,
    }));
  }

  #values(): Record<string, string> {
    return Object.fromEntries(CODES.map((code) => [code, this.#random.pick(VALUES)]));
  }

  #asked() {
    this.#count += 1;
    return {
      changeId: `change-${this.#count}`,
      billing: { zone: 'UTC', how: this.#model.how },
      now: this.#now,
    };
  }

  /** The SIM's own profile as the catalog has it by now. */
  #newest(): ProfileContent | null {
    return this.#profiles.find(({ id }) => id === this.#services.profile?.id) ?? null;
  }

  readonly #steps: Record<string, () => void> = {
    migrate: () => {
      const profile = this.#random.pick(this.#profiles);
      const asked = this.#asked();
      this.#services = migrate(this.#services, profile, asked);
      this.#model.migrate(profile, asked.changeId, this.#now);
    },
    deviate: () => {
      const newest = this.#newest();
      if (newest === null) return;
      const options = { [this.#random.pick(CODES)]: this.#random.pick(VALUES) };
      const until =
        this.#random.below(2) === 0 ? null : new Date(this.#now.getTime() + (1 + this.#random.below(400)) * HOUR_MS);
      const wish = { options, kind: 'other', reason: 'r', by: 'x', expiresAt: until } as const;
      const after = deviate(this.#services, newest, wish, this.#now);
      if (typeof after === 'string') throw new Error(after);
      this.#services = after;
      this.#model.deviate(newest, options, until?.getTime() ?? null);
    },
    manage: () => {
      const newest = this.#newest();
      if (newest === null || this.#random.below(3) > 0) return;
      const options = { [this.#random.pick(CODES)]: this.#random.pick(VALUES) };
      const wish = { options, kind: 'api_managed', reason: 'r', by: 'x', expiresAt: null } as const;
      const after = deviate(this.#services, newest, wish, this.#now);
      if (typeof after === 'string') throw new Error(after);
      this.#services = after;
      this.#model.manageElsewhere(newest, options);
    },
    // Nobody has asked the provider for what it has by now.
    report: () => {
      if (!isComparable(this.#services, { iccid: 'iccid', isInUse: true }, this.#now)) return;
      const reported = { options: this.#values(), plan: this.#random.pick(['S', 'M', 'L']) };
      this.#drift = driftIn(this.#services, reported, { before: this.#drift, version: 1, now: this.#now });
      this.#model.reported(reported.options, reported.plan);
    },
    takeTheirs: () => {
      const profile = this.#newest();
      if (profile === null) return;
      const after = takeTheirs(this.#services, this.#drift, { profile, reason: 'r', by: 'x', now: this.#now });
      if (typeof after === 'string') throw new Error(after);
      this.#services = after;
      this.#drift = NO_DRIFT;
      this.#model.takeTheirs(profile);
    },
    pushOurs: () => {
      this.#services = pushOurs(this.#services, this.#drift);
      this.#drift = NO_DRIFT;
      this.#model.pushOurs();
    },
    reattach: () => {
      const newest = this.#newest();
      if (newest === null) return;
      this.#services = reattach(this.#services, newest);
      this.#model.reattach(newest);
    },
    edit: () => {
      const index = this.#random.below(this.#profiles.length);
      const before = this.#profiles[index] as ProfileContent;
      const newest = { ...before, version: before.version + 1, options: this.#values() };
      this.#profiles[index] = newest;
      this.#services = setProfileVersion(this.#services, newest);
      this.#model.edit(newest);
    },
    cancel: () => {
      const changeId = this.#model.laterChange ?? 'none';
      const after = cancelScheduled(this.#services, changeId);
      if ((typeof after === 'string') !== (this.#model.laterChange === null)) this.#fail('cancelled otherwise', after);
      if (typeof after !== 'string') this.#services = after;
      this.#model.cancel();
    },
    retry: () => {
      const asked = this.#asked();
      this.#services = retry(this.#services, asked);
      this.#model.retry(asked.changeId, this.#now);
    },
    wait: () => this.#wait((1 + this.#random.below(100)) * HOUR_MS),
    replace: () => {
      if (this.#random.below(4) > 0) return;
      this.#services = moveTo(this.#services);
      this.#model.replaceSim();
    },
    send: () => this.#send(),
    answer: () => this.#answer(['applied', 'applied', 'refused', 'scheduled', 'cancelled']),
    partly: () => this.#answer(['applied', 'refused'], 1),
    // Repeated, or contradicted, after the call is over.
    again: () => {
      if (this.#answered.length === 0) return;
      const { callId, results } = this.#random.pick(this.#answered);
      const outcome = this.#random.pick(['applied', 'refused', 'cancelled'] as const);
      this.#take(callId, this.#random.below(2) === 0 ? results : results.map((result) => ({ ...result, outcome })));
    },
    // What a provider does on the date that it was told.
    comesTrue: () => {
      const { arranged } = this.#services;
      if (arranged === null) return;
      const { plan } = arranged;
      const outcome = this.#random.pick(['applied', 'applied', 'refused', 'cancelled'] as const);
      this.#take(arranged.callId, [{ of: 'rate_plan', name: plan, value: plan, outcome, reason: null }]);
    },
  };

  #wait(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
    const newest = this.#newest();
    this.#services = planIsDue(this.#services, this.#now);
    if (newest !== null) this.#services = expireDeviation(this.#services, newest, this.#now);
    this.#model.timeHasCome(this.#now, newest);
  }

  #send(): void {
    const before = this.#services;
    this.#count += 1;
    this.#services = nextCall(before, { callId: `call-${this.#count}`, now: this.#now });
    const { call } = this.#services;
    const faults = call === null || call === before.call ? [] : this.#model.sent(call);
    if (faults.length > 0) this.#fail(faults.join(', '), call);
  }

  #answer(outcomes: readonly CallResult['outcome'][], most = Number.POSITIVE_INFINITY): void {
    const { call } = this.#services;
    if (call === null) return;
    this.#take(call.id, this.#resultsOf(call, outcomes).slice(0, most));
  }

  #resultsOf(call: OpenCall, outcomes: readonly CallResult['outcome'][]): CallResult[] {
    const result = (of: CallResult['of'], name: string, value: string, allowed: readonly string[]): CallResult => {
      const possible = outcomes.filter((outcome) => allowed.includes(outcome));
      return {
        of,
        name,
        value,
        outcome: this.#random.pick(possible.length > 0 ? possible : (['refused'] as const)),
        reason: null,
      };
    };
    if (call.kind === 'cancel_arranged') {
      return [result('rate_plan', 'any', 'any', ['cancelled', 'refused', 'applied'])];
    }
    const { options, plan } = call;
    const ofPlan = plan?.arrange == null ? ['applied', 'refused'] : ['scheduled', 'scheduled', 'applied', 'refused'];
    return [
      ...Object.entries(options).map(([code, value]) => result('option', code, value, ['applied', 'refused'])),
      ...(plan === null ? [] : [result('rate_plan', plan.plan, plan.plan, ofPlan)]),
    ];
  }

  #take(callId: string, results: CallResult[]): void {
    this.#answered.push({ callId, results });
    this.#services = takeResults(this.#services, callId, { results, now: this.#now });
    for (const result of results) this.#model.answered(callId, result);
  }

  #check(): void {
    this.#drift = driftLeft(this.#drift, this.#services, true);
    const theirs = Object.entries(this.#drift.options).map(([code, difference]) => [code, difference.theirs] as const);
    const { options, deviation, plan, scheduled, confirmed, failed } = this.#services;
    const refused = Object.entries(failed.options).map(([code, { value }]) => [code, value] as const);
    const seen = {
      options,
      deviates: deviation !== null,
      plan,
      later: scheduled && { changeId: scheduled.changeId, plan: scheduled.plan, at: scheduled.at.getTime() },
      inForce: confirmed,
      refused: { options: Object.fromEntries(refused), plan: failed.plan?.value ?? null },
      drifting: { options: Object.fromEntries(theirs), plan: this.#drift.plan?.theirs ?? null },
    };
    const expected = this.#model.seen();
    if (!isDeepStrictEqual(seen, expected)) this.#fail('other than the model has it', { seen, expected });
  }

  #fail(what: string, data: unknown): never {
    throw new Error(`${what}: ${JSON.stringify(data)}`);
  }

  run(): void {
    for (let step = 0; step < STEPS; step += 1) {
      // Every other step is the conversation with the provider: without it nothing is ever arranged or refused.
      const name =
        this.#random.below(2) === 0
          ? this.#random.pick(['send', 'answer', 'send', 'answer', 'migrate'])
          : this.#random.pick(Object.keys(this.#steps));
      this.story.push(name);
      this.#steps[name]?.();
      this.#check();
    }
    this.#comeToRest();
  }

  /** With a provider that applies everything, and after the longest schedule, what is wanted is in force. */
  #comeToRest(): void {
    this.story.push('come to rest');
    for (let round = 0; round < 4; round += 1) {
      this.#wait(20 * 24 * HOUR_MS);
      for (let call = 0; call < 6; call += 1) {
        this.#send();
        this.#answer(this.#services.call?.kind === 'cancel_arranged' ? ['cancelled'] : ['applied']);
        this.#check();
      }
    }
    const { options, plan, confirmed, failed, scheduled, call } = this.#services;
    const missing = Object.entries(options).filter(
      ([code, value]) => failed.options[code] === undefined && confirmed.options[code] !== value,
    );
    const planIsMissing = failed.plan === null && confirmed.plan !== plan;
    if (missing.length > 0 || planIsMissing || scheduled !== null || call !== null) {
      this.#fail('does not come to rest', this.#services);
    }
  }
}

/** What is wrong after which steps; null where nothing is. */
const faultOf = (seed: number): string | null => {
  const sequence = new Sequence(seed);
  try {
    sequence.run();
    return null;
  } catch (error) {
    return `SERVICES_SEED=${seed} after ${sequence.story.join(', ')}: ${String(error)}`;
  }
};

it(
  'whatever is changed, answered, refused or kept waiting: what is wanted, in force and refused is as the plain model says',
  () => {
    const only = process.env.SERVICES_SEED;
    const seeds = only === undefined ? Array.from({ length: SEQUENCES }, (_, seed) => seed + 1) : [Number(only)];
    expect(seeds.map(faultOf).find((fault) => fault !== null) ?? null).toBeNull();
  },
  TIMEOUT_MS,
);
