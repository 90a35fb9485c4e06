/** One random history of a SIM's services on the whole stack, against what product.md §5 says it comes to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { driftProposalRoutes } from '@simlane/contracts/http/drift-proposals';
import type { RouteRequest } from '@simlane/contracts/http/route';
import { serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { type ServiceRollout, serviceRolloutRoutes } from '@simlane/contracts/http/service-rollouts';
import { type ServiceChange, type SimServicesView, simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { ApiProblem, type PublicApi } from '../demo/public-api.ts';
import type { Random } from '@simlane/testing/random';
import type { SandboxControl } from '../provider-sandbox/control-client.ts';
import { ExpectedServices, type ModelProfile, type Values } from './expected-services.ts';
import { OPTIONS, packIdOf, planIdOf, PLANS, providerIdOf, type ServicesSim } from './services-account.ts';

type Rule = Parameters<SandboxControl['putServiceRules']>[0][number];

/** A killed worker's steps are begun again within a minute. */
const SEEN_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 200;
const HOUR_MS = 3_600_000;

export interface HistoryOptions {
  readonly sim: ServicesSim;
  readonly random: Random;
  readonly sandbox: SandboxControl;
  /** Of an administrator. */
  readonly api: () => PublicApi;
  /** What the stack's calendar says. At least an hour of its month is left in every zone. */
  readonly now: () => Date;
}

export class ServicesHistory {
  readonly story: string[] = [];
  readonly sim: ServicesSim;
  readonly #random: Random;
  readonly #sandbox: SandboxControl;
  readonly #api: () => PublicApi;
  readonly #now: () => Date;
  readonly #expected = new ExpectedServices();
  #profiles: readonly ModelProfile[] = [];
  #changes: string[] = [];

  constructor({ sim, random, sandbox, api, now }: HistoryOptions) {
    this.sim = sim;
    this.#random = random;
    this.#sandbox = sandbox;
    this.#api = api;
    this.#now = now;
  }

  /** How the provider treats this SIM for the next few requests; whatever it does, it can be got over. */
  drawFaults(): Rule[] {
    const { iccid } = this.sim;
    const times = 1 + this.#random.below(2);
    return this.#random.pick<Rule[]>([
      [],
      [{ iccid, change: 'accept', answeredAfterMs: this.#random.below(800) }],
      [{ iccid, change: 'fail', httpStatus: 503, times }],
      [{ iccid, change: 'fail', httpStatus: 500, acceptedAnyway: true, times }],
      [{ iccid, change: 'garbage', times }],
      [{ iccid, change: 'answer', refusedOptions: { [this.#random.pick(OPTIONS)]: 'not with this card' }, times }],
      [{ iccid, change: 'accept', answeredAfterMs: 100, refusedPlan: 'not this month', times }],
      [{ iccid, change: 'refuse', times }],
    ]);
  }

  async prepare(): Promise<void> {
    const { how, iccid } = this.sim;
    this.#profiles = await Promise.all(
      PLANS.map(async (plan) => {
        const options = this.#values();
        const body = {
          name: `${plan} ${iccid}`,
          servicePackId: packIdOf(how),
          ratePlanId: planIdOf(how, plan),
          options,
        };
        const { id } = await this.#api().call(serviceProfileRoutes.createServiceProfile, { body });
        return { id, plan, options };
      }),
    );
  }

  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) await this.#step();
  }

  monthTurns(): void {
    this.story.push('the month turns');
    this.#expected.monthTurns();
  }

  /** Wants again what was refused; resolves to whether anything was. */
  async retryRefused(): Promise<boolean> {
    const view = await this.view();
    const isRefused = view.ratePlan.failed !== null || view.options.some(({ failed }) => failed !== null);
    if (!isRefused) return false;
    this.story.push('retries what was refused');
    await this.#change({ kind: 'retry', simId: this.sim.simId });
    if (this.#expected.profile?.plan !== view.ratePlan.confirmed) this.#expected.retry();
    return true;
  }

  view(): Promise<SimServicesView> {
    return this.#api().call(simServiceRoutes.getSimServices, { params: { id: this.sim.simId } });
  }

  /** Nothing is on its way, nor due: a plan whose month is to come waits, one whose month has begun is to be taken up. */
  async isAtRest(): Promise<boolean> {
    const { options, ratePlan, deviation } = await this.view();
    const isPending = ratePlan.pending !== null || options.some(({ pending }) => pending !== null);
    const hasExpired = deviation !== null && this.#expected.own === null;
    const isDue = ratePlan.scheduled !== null && new Date(ratePlan.scheduled.at) <= this.#now();
    return !isPending && !hasExpired && !isDue && (await this.#openChange('pending')) === null;
  }

  /** What is not as it is to be, when everything that was refused has been retried and every month has begun. */
  async faults(inForce: { readonly options: Values; readonly ratePlan: string | null }): Promise<string[]> {
    const view = await this.view();
    const { profile, own, options, isPlanCancelled } = this.#expected;
    const confirmed = Object.fromEntries(view.options.map((one) => [one.option, one.confirmed]));
    const plan = view.ratePlan.confirmed;
    const differs = isPlanCancelled && plan !== profile?.plan;
    const checks: [string, unknown, unknown][] = [
      ['profile', view.serviceProfile?.id ?? null, profile?.id ?? null],
      ['deviates', view.deviation !== null, own !== null],
      ['options in force', confirmed, options],
      ['options at the provider', profile === null ? {} : inForce.options, options],
      ['plan differs', view.planDiffers, differs],
      ['plan', differs ? profile?.plan : plan, profile?.plan ?? null],
      ['plan at the provider', inForce.ratePlan, plan],
      ['scheduled', view.ratePlan.scheduled, null],
      ['pending', await this.#openChange('pending'), null],
      ['scheduled change', await this.#openChange('scheduled'), null],
    ];
    return checks
      .filter(([, is, should]) => !isDeepStrictEqual(is, should))
      .map(([what, is, should]) => `${what}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
  }

  #values(): Record<string, string> {
    return Object.fromEntries(OPTIONS.map((code) => [code, this.#random.pick(['on', 'off'])]));
  }

  async #openChange(state: 'pending' | 'scheduled'): Promise<string | null> {
    const query = { simId: this.sim.simId, state };
    const { items } = await this.#api().call(simServiceRoutes.listServiceChanges, { query });
    return items[0] === undefined ? null : `${items[0].kind} ${items[0].id}`;
  }

  #change(body: RouteRequest<typeof simServiceRoutes.createServiceChange>['body']): Promise<ServiceChange> {
    return this.#api().call(simServiceRoutes.createServiceChange, { body });
  }

  async #step(): Promise<void> {
    const { simId } = this.sim;
    const step = this.#expected.profile === null ? 'migrate' : this.#random.pick(STEPS);
    switch (step) {
      case 'migrate': {
        const profile = this.#random.pick(this.#profiles);
        this.story.push(`migrates to ${profile.plan}`);
        const { id } = await this.#change({ kind: 'migrate', simId, serviceProfileId: profile.id });
        this.#changes.push(id);
        return this.#expected.migrate(profile);
      }
      case 'deviate': {
        const options = { [this.#random.pick(OPTIONS)]: this.#random.pick(['on', 'off']) };
        const expires = this.#random.below(3) === 0;
        this.story.push(`deviates ${JSON.stringify(options)}${expires ? ' until the month turns' : ''}`);
        const expiresAt = expires ? { expiresAt: new Date(this.#now().getTime() + HOUR_MS).toISOString() } : {};
        await this.#change({ kind: 'deviate', simId, options, reason: 'Model', deviationKind: 'other', ...expiresAt });
        return this.#expected.deviate(options, expires);
      }
      case 'reattach':
        this.story.push('is re-attached');
        await this.#change({ kind: 'reattach', simId });
        return this.#expected.reattach();
      case 'edit':
        return this.#edit();
      case 'cancel':
        return this.#cancel();
      case 'drift':
        return this.#drift();
    }
  }

  /** Of its own profile or another one of the history: nobody else is on them. */
  async #edit(): Promise<void> {
    const profile = this.#random.pick(this.#profiles);
    const options = { [this.#random.pick(OPTIONS)]: this.#random.pick(['on', 'off']) };
    this.story.push(`${profile.plan} is edited ${JSON.stringify(options)}`);
    const { rolloutId } = await this.#change({ kind: 'edit_profile', serviceProfileId: profile.id, options });
    this.#expected.edit(profile, options);
    // What follows is about the SIM as it is then.
    if (rolloutId === null) return;
    await this.#until('the end of the rollout', async () => (await this.#rollout(rolloutId)).state !== 'running');
  }

  #rollout(id: string): Promise<ServiceRollout> {
    return this.#api().call(serviceRolloutRoutes.getServiceRollout, { params: { id } });
  }

  /** Somebody changes the SIM at the provider; it is found, and decided. What is on its way is compared another time. */
  async #drift(): Promise<void> {
    const { simId, iccid, how } = this.sim;
    const option = this.#random.pick(OPTIONS);
    if (!(await this.isAtRest())) return;
    // Only now: what is on its way could be confirmed between the two looks, and theirs be no other than ours.
    const confirmed = (await this.view()).options.find((one) => one.option === option)?.confirmed;
    if (confirmed == null) return;
    const theirs = confirmed === 'on' ? 'off' : 'on';
    await this.#sandbox.setServices(providerIdOf(how), iccid, { options: { [option]: theirs } });
    // A call may be open that nobody sees: what is on its way is compared another time, so it is asked for again.
    const proposal = await this.#until('the proposal', async () => {
      await this.#api().call(driftProposalRoutes.askForReconciliation, { body: { simId } });
      const query = { simId, state: 'open' } as const;
      return (await this.#api().call(driftProposalRoutes.listDriftProposals, { query })).items[0];
    });
    const take = this.#random.pick(['theirs', 'ours'] as const);
    this.story.push(`the provider has ${option} ${theirs}, and ${take} is taken`);
    const body = { take, version: proposal.version };
    await this.#api().call(driftProposalRoutes.decideDrift, { params: { id: proposal.id }, body });
    if (take === 'theirs') this.#expected.deviate({ [option]: theirs }, false);
  }

  async #until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
    const giveUpAt = performance.now() + SEEN_WITHIN_MS;
    for (;;) {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      if (performance.now() > giveUpAt) {
        throw new Error(`SIM ${this.sim.simId} waits for ${what} in vain: ${this.story.join(', ')}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #cancel(): Promise<void> {
    const id = this.#changes.at(-1) ?? '';
    try {
      await this.#api().call(simServiceRoutes.cancelServiceChange, { params: { id } });
    } catch (error) {
      if (error instanceof ApiProblem && error.problem?.code === 'service_change_state') return;
      throw error;
    }
    this.story.push('takes the plan back');
    this.#expected.cancelPlan();
  }
}

const STEPS = ['migrate', 'migrate', 'edit', 'deviate', 'deviate', 'reattach', 'cancel', 'drift'] as const;
