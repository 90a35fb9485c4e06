/** What is asked for to send what a SIM is owed, one or many in one go: the next call, and to take what was answered. */
import type { NextServiceCall, SimServicesClaim } from '@simlane/contracts/http/sim-services-internal';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Database, Transaction } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import {
  type ChangedServices,
  changeManyServices,
  type HeldServices,
  takeManyServices,
  takeServices,
  type Told,
} from './changing.ts';
import { timeNow } from './clock.ts';
import { type CallResult, nextCall, takeResults } from './service-call.ts';
import { afterSentTogether, claimOf } from './services-owed.ts';
import type { OpenCall, SimServices } from './sim-services.ts';
import { readServices, type SimRef } from './sim-services.repository.ts';

const noSim = () => notFound('There is no such SIM');

export const claimServices = (db: Database, ref: SimRef): Promise<SimServicesClaim> =>
  readInAccount(db, ref.accountId, async (tx) => {
    const sim = await findSim(tx, visibilityOf(ref), ref.simId);
    if (sim === undefined) throw noSim();
    const { services } = await readServices(tx, ref);
    return claimOf(services, { iccid: sim.iccid, isInUse: sim.state !== 'discarded' }, timeNow());
  });

type Opened = NonNullable<NextServiceCall['call']>;

/** The call that is open, or else the newest difference as a new one. A repeat answers the same call. */
export const openNextCall = (db: Database, ref: SimRef): Promise<NextServiceCall> =>
  inAccount(db, ref.accountId, async (tx) => {
    const held = await takeServices(tx, ref);
    if (held === undefined) throw noSim();
    const now = timeNow();
    const [opened] = await openCalls(tx, ref.accountId, [held], { now });
    return { claim: claimOf(opened?.after ?? held.services, held.sim, now), call: opened?.call ?? null };
  });

/**
 * The same for many SIMs, for whoever sends their calls now: the due loop comes later for what he has left. SIMs that
 * somebody else has at this moment are left to their own workflow.
 */
export const openNextCalls = (
  db: Database,
  accountId: string,
  simIds: readonly string[],
): Promise<{ calls: (Opened & { simId: string })[] }> =>
  inAccount(db, accountId, async (tx) => {
    const now = timeNow();
    const held = await takeManyServices(tx, accountId, simIds);
    const opened = await openCalls(tx, accountId, held, { now, lookAt: afterSentTogether(now) });
    return { calls: opened.flatMap(({ simId, call }) => (call === null ? [] : [{ simId, ...call }])) };
  });

/** Opens what is not open yet, in one go. */
const openCalls = async (
  tx: Transaction,
  accountId: string,
  sims: readonly HeldServices[],
  times: { readonly now: Date; readonly lookAt?: Date },
): Promise<{ simId: string; after: SimServices; call: Opened | null }[]> => {
  const opened = sims.map((held) => {
    const { owed } = claimOf(held.services, held.sim, times.now);
    const { services } = held;
    return { held, owed, after: owed === 'call' ? nextCall(services, { callId: uuidV7(), now: times.now }) : services };
  });
  const changed = opened
    .filter(({ held, after }) => after !== held.services)
    .map(({ held, after }) => ({ held, after, told: [] }));
  const origin = { source: 'workflow', actorId: null, causeId: null } as const;
  await changeManyServices(tx, accountId, changed, { origin, ...times });
  return opened.map(({ held: { simId, sim }, owed, after }) => ({
    simId,
    after,
    call: owed === null || after.call === null ? null : shownCall(after.call, sim),
  }));
};

const shownCall = (call: OpenCall, { providerId, iccid }: HeldServices['sim']): Opened | null => {
  if (iccid === null) return null;
  const sent = { callId: call.id, providerId, iccid };
  if (call.kind === 'cancel_arranged') return { ...sent, cancels: call.arrangedBy };
  const { options, plan } = call;
  return {
    ...sent,
    wanted: {
      ...(Object.keys(options).length === 0 ? {} : { options }),
      ...(plan === null ? {} : { ratePlan: plan.plan }),
      ...(plan?.arrange == null ? {} : { effectiveOn: plan.arrange.effectiveOn }),
    },
  };
};

interface SaidOfCall {
  readonly callId: string;
  readonly results: readonly CallResult[];
}

/** Takes the answers to a call, of which each counts once. What the SIM has confirmed is confirmed, whatever its state. */
export const recordResults = (db: Database, ref: SimRef, said: SaidOfCall): Promise<SimServicesClaim> =>
  inAccount(db, ref.accountId, async (tx) => {
    const held = await takeServices(tx, ref);
    if (held === undefined) throw noSim();
    const now = timeNow();
    const taken = takeAnswers(held, said, now);
    if (taken.after !== held.services)
      await changeManyServices(tx, ref.accountId, [taken], { origin: byProvider, now });
    return claimOf(taken.after, held.sim, now);
  });

/**
 * The same for calls that were sent together. What has no answer yet, or what is owed next, is from now on for the
 * workflow of its SIM. Resolves to the calls that are taken: not those of SIMs that somebody else has at this moment.
 */
export const recordManyResults = (
  db: Database,
  accountId: string,
  calls: readonly (SaidOfCall & { readonly simId: string })[],
): Promise<{ taken: string[] }> =>
  inAccount(db, accountId, async (tx) => {
    const said = new Map(calls.map((call) => [call.simId, call]));
    const sims = await takeManyServices(tx, accountId, [...said.keys()]);
    const now = timeNow();
    const taken = sims.flatMap((held) => {
      const call = said.get(held.simId);
      return call === undefined ? [] : [{ callId: call.callId, ...takeAnswers(held, call, now) }];
    });
    // One that was overtaken meanwhile, and has its due row from whoever did that, is not touched.
    const changed = taken.filter(
      ({ callId, held, after }) => after !== held.services || held.services.call?.id === callId,
    );
    await changeManyServices(tx, accountId, changed, { origin: byProvider, now, lookAt: now });
    return { taken: taken.map(({ callId }) => callId) };
  });

const byProvider = { source: 'provider', actorId: null, causeId: null } as const;

const takeAnswers = (held: HeldServices, { callId, results }: SaidOfCall, now: Date): ChangedServices => {
  const after = takeResults(held.services, callId, { results, now });
  return { held, after, told: whatWasSaid(held.services, after).map((told) => ({ ...told, causeId: callId })) };
};

const whatWasSaid = (before: SimServices, after: SimServices): Told[] => {
  const confirmed = Object.entries(after.confirmed.options).filter(
    ([code, value]) => before.confirmed.options[code] !== value,
  );
  const refused = Object.entries(after.failed.options).filter(
    ([code, failure]) => before.failed.options[code] !== failure,
  );
  const plan = after.confirmed.plan === before.confirmed.plan ? null : after.confirmed.plan;
  const failedPlan = after.failed.plan === before.failed.plan ? null : after.failed.plan;
  const { arranged } = after;
  const isKept = arranged?.cancellationRefused != null && before.arranged?.cancellationRefused == null;
  return [
    ...(confirmed.length === 0 && plan === null
      ? []
      : [{ event: 'services_confirmed', data: { options: Object.fromEntries(confirmed), ratePlan: plan } } as const]),
    ...(refused.length === 0 && failedPlan === null
      ? []
      : [
          {
            event: 'services_refused',
            data: { options: Object.fromEntries(refused), ratePlan: failedPlan },
          } as const,
        ]),
    ...(arranged === null || arranged.callId === before.arranged?.callId
      ? []
      : [
          {
            event: 'services_plan_arranged',
            data: { ratePlan: arranged.plan, effectiveOn: arranged.effectiveOn },
          } as const,
        ]),
    ...(isKept
      ? [
          {
            event: 'services_plan_kept',
            data: { ratePlan: arranged.plan, reason: arranged.cancellationRefused },
          } as const,
        ]
      : []),
  ];
};
