/** What the workflow of a SIM's services asks for: what is owed, the next call, and to take what was answered. */
import type { NextServiceCall, SimServicesClaim } from '@simlane/contracts/http/sim-services-internal';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Database } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { changeServices, type Told, takeServices } from './changing.ts';
import { timeNow } from './clock.ts';
import { type CallResult, nextCall, takeResults } from './service-call.ts';
import { claimOf } from './services-owed.ts';
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

/** The call that is open, or else the newest difference as a new one. A repeat answers the same call. */
export const openNextCall = (db: Database, ref: SimRef): Promise<NextServiceCall> =>
  inAccount(db, ref.accountId, async (tx) => {
    const held = await takeServices(tx, ref);
    const sim = await findSim(tx, visibilityOf(ref), ref.simId);
    if (held === undefined || sim === undefined) throw noSim();
    const now = timeNow();
    const { services } = held;
    const { owed } = claimOf(services, held.sim, now);
    const after = owed === 'call' ? nextCall(services, { callId: uuidV7(), now }) : services;
    if (after !== services) {
      const origin = { source: 'workflow', actorId: null, causeId: null } as const;
      await changeServices(tx, held, after, { origin, told: [], now });
    }
    const call =
      owed === null || after.call === null || sim.iccid === null
        ? null
        : { ...shownCall(after.call), providerId: sim.providerId, iccid: sim.iccid };
    return { claim: claimOf(after, held.sim, now), call };
  });

const shownCall = (call: OpenCall): Omit<NonNullable<NextServiceCall['call']>, 'providerId' | 'iccid'> => {
  if (call.kind === 'cancel_arranged') return { callId: call.id, cancels: call.arrangedBy };
  const { options, plan } = call;
  return {
    callId: call.id,
    wanted: {
      ...(Object.keys(options).length === 0 ? {} : { options }),
      ...(plan === null ? {} : { ratePlan: plan.plan }),
      ...(plan?.arrange == null ? {} : { effectiveOn: plan.arrange.effectiveOn }),
    },
  };
};

/** Takes the answers to a call, of which each counts once. What the SIM has confirmed is confirmed, whatever its state. */
export const recordResults = (
  db: Database,
  ref: SimRef,
  { callId, results }: { readonly callId: string; readonly results: readonly CallResult[] },
): Promise<SimServicesClaim> =>
  inAccount(db, ref.accountId, async (tx) => {
    const held = await takeServices(tx, ref);
    if (held === undefined) throw noSim();
    const now = timeNow();
    const after = takeResults(held.services, callId, { results, now });
    if (after !== held.services) {
      const origin = { source: 'provider', actorId: null, causeId: callId } as const;
      await changeServices(tx, held, after, { origin, told: whatWasSaid(held.services, after), now });
    }
    return claimOf(after, held.sim, now);
  });

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
