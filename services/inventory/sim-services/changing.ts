/** How services are changed: one way in, so that changes, due rows and timeline always follow. */
import type { SimState } from '@simlane/contracts/sim';
import { bringDueForward, type DueEntry, setManyDue } from '@simlane/service-kit/due';
import type { Transaction } from '../database.ts';
import { reconcileDaily } from '../drift/reconciliation-due.ts';
import { settleDrift } from '../drift/settling.ts';
import { lockSim, lockSims } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { handOverRolloutSims } from '../service-rollout/rollout-sims.repository.ts';
import { addToTimeline, type Origin, type TimelineEvent } from '../timeline/timeline.repository.ts';
import { timeNow } from './clock.ts';
import { changeState } from './service-change.ts';
import { servicesDueAt, type ServedSim } from './services-owed.ts';
import { end, moveTo, type SimServices } from './sim-services.ts';
import {
  findOpenChanges,
  type KeptServices,
  moveOpenChanges,
  readManyServices,
  readServices,
  setChangeStates,
  type SimRef,
  writeManyServices,
} from './sim-services.repository.ts';

/** The kind of due row that a SIM's services have; their workflow is woken by it. */
export const SIM_SERVICES = 'sim_services';
/** The kind of due row that an account has while plans are scheduled, by its own id: due when the first of them is. */
export const SCHEDULED_PLANS = 'scheduled_plans';

export interface HeldServices extends KeptServices, SimRef {
  readonly sim: ServedSim & { readonly state: SimState; readonly providerId: string };
}

/** Takes the SIM for this transaction, with its services; undefined where there is none. */
export const takeServices = async (tx: Transaction, ref: SimRef): Promise<HeldServices | undefined> => {
  const sim = await lockSim(tx, visibilityOf(ref), ref.simId);
  return sim && { ...ref, ...(await readServices(tx, ref)), sim: servedSim(sim) };
};

/**
 * Takes those of the SIMs that nobody else has at this moment. The others are to be tried again later: whoever changes
 * many waits for nobody, and nobody for him.
 */
export const takeManyServices = async (
  tx: Transaction,
  accountId: string,
  simIds: readonly string[],
): Promise<HeldServices[]> => {
  const sims = await lockSims(tx, visibilityOf({ accountId }), simIds);
  // A statement of its own: what was written before the rows were taken is seen by it.
  const kept = await readManyServices(
    tx,
    accountId,
    sims.map(({ id }) => id),
  );
  return sims.map((sim) => {
    const services = kept.get(sim.id);
    if (services === undefined) throw new Error('each SIM that is asked about is answered');
    return { accountId, simId: sim.id, ...services, sim: servedSim(sim) };
  });
};

const servedSim = ({ state, iccid, providerId }: { state: SimState; iccid: string | null; providerId: string }) => ({
  state,
  iccid,
  providerId,
  isInUse: state !== 'discarded',
});

export interface Told {
  readonly event: TimelineEvent;
  readonly reason?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Where it is another one than that of the whole change. */
  readonly causeId?: string;
}

export interface ChangedServices {
  readonly held: HeldServices;
  readonly after: SimServices;
  readonly told: readonly Told[];
}

/**
 * Writes the services as they are now, tells of it, and brings what follows from it up to date: the changes that had
 * not ended, and what is owed. Services that are the same are not written.
 */
export const changeServices = (
  tx: Transaction,
  held: HeldServices,
  after: SimServices,
  { origin, told, now }: { readonly origin: Origin; readonly told: readonly Told[]; readonly now: Date },
): Promise<void> => changeManyServices(tx, held.accountId, [{ held, after, told }], { origin, now });

/** The same for many SIMs of an account, in a number of statements that does not grow with them. */
export const changeManyServices = async (
  tx: Transaction,
  accountId: string,
  changed: readonly ChangedServices[],
  {
    origin,
    now,
    lookAt,
  }: {
    readonly origin: Origin;
    readonly now: Date;
    /** When the due loop is to look at what they are owed now; at once, unless given. */
    readonly lookAt?: Date | undefined;
  },
): Promise<void> => {
  if (changed.length === 0) return;
  const written = changed.filter(({ held, after }) => after !== held.services);
  if (written.length > 0) {
    const rows = written.map(({ held, after }) => ({ simId: held.simId, services: after }));
    await writeManyServices(tx, accountId, rows);
    if (written.some(({ held }) => held.version === 0)) await reconcileDaily(tx, accountId, now);
  }
  const entries = changed.flatMap(({ held, told }) =>
    told.map((entry) => ({ subject: { type: 'sim', id: held.simId } as const, ...entry })),
  );
  if (entries.length > 0) await addToTimeline(tx, accountId, origin, entries);
  await settleChanges(tx, accountId, changed, now);
  const settled = changed.map(({ held, after }) => ({
    simId: held.simId,
    before: held.services,
    after,
    isInUse: held.sim.isInUse,
  }));
  await settleDrift(tx, accountId, settled, { origin, now });
  await setManyDue(
    tx,
    changed.map(({ held, after }) => dueEntry(held, after, { now, lookAt })),
  );
  const newlyScheduled = written.filter(({ held, after }) => after.scheduled !== held.services.scheduled);
  await bringPlansForward(
    tx,
    accountId,
    newlyScheduled.map(({ after }) => after),
  );
};

/** A change that has nothing left to wait for has ended. */
const settleChanges = async (
  tx: Transaction,
  accountId: string,
  changed: readonly ChangedServices[],
  now: Date,
): Promise<void> => {
  const services = new Map<string | null, SimServices>(changed.map(({ held, after }) => [held.simId, after]));
  const open = await findOpenChanges(
    tx,
    accountId,
    changed.map(({ held }) => held.simId),
  );
  const moved = open.flatMap((change) => {
    const after = services.get(change.simId);
    const state = after === undefined ? change.state : changeState(change, after);
    const hasEnded = state !== 'pending' && state !== 'scheduled';
    return state === change.state ? [] : [{ id: change.id, state, endedAt: hasEnded ? now : null }];
  });
  if (moved.length > 0) await setChangeStates(tx, accountId, moved);
};

const dueEntry = (
  { accountId, simId, sim }: Omit<HeldServices, keyof KeptServices>,
  services: SimServices,
  times: { readonly now: Date; readonly lookAt?: Date | undefined },
): DueEntry => ({ kind: SIM_SERVICES, id: simId, accountId, dueAt: servicesDueAt(services, sim, times) });

/** One row an account, not one a SIM: on the first of a month they are all due at once, and are taken in portions. */
const bringPlansForward = async (
  tx: Transaction,
  accountId: string,
  services: readonly SimServices[],
): Promise<void> => {
  const times = services.flatMap(({ scheduled }) => (scheduled === null ? [] : [scheduled.at.getTime()]));
  if (times.length === 0) return;
  const dueAt = new Date(Math.min(...times));
  await bringDueForward(tx, { kind: SCHEDULED_PLANS, id: accountId, accountId, dueAt });
};

/** Sets anew what is owed, where what the SIM is has changed: its ICCID, or nothing but time. */
export const refreshServicesDue = async (tx: Transaction, ref: SimRef): Promise<void> => {
  const held = await takeServices(tx, ref);
  if (held === undefined || held.version === 0) return;
  await setManyDue(tx, [dueEntry(held, held.services, { now: timeNow() })]);
  await bringPlansForward(tx, ref.accountId, [held.services]);
};

/**
 * The SIM has an ICCID, or another one, in the transaction that gives it. What waited for one is sent. What was sent and
 * confirmed under another is true of that one: nothing of it is confirmed of this, and answers to it are no longer taken.
 */
export const seeIccid = async (
  tx: Transaction,
  ref: SimRef,
  { origin, before }: { readonly origin: Origin; readonly before: string | null },
): Promise<void> => {
  if (before === null) return refreshServicesDue(tx, ref);
  const held = await takeServices(tx, ref);
  if (held === undefined || held.version === 0 || !held.sim.isInUse) return;
  const told = [{ event: 'services_unconfirmed', data: { iccidBefore: before } }] as const;
  await changeServices(tx, held, moveTo(held.services), { origin, told, now: timeNow() });
};

/**
 * The SIM ends, in the transaction that ends it and has its row. Where another one follows it, that one is to do what
 * this one was, and has what is pending of it; nothing is confirmed.
 */
export const endServices = async (
  tx: Transaction,
  ref: SimRef,
  { origin, followedBy }: { readonly origin: Origin; readonly followedBy?: string },
): Promise<void> => {
  const held = await takeServices(tx, ref);
  if (held === undefined || held.version === 0) return;
  const now = timeNow();
  const ended = { ...held, sim: { ...held.sim, isInUse: false } };
  if (followedBy !== undefined) {
    const { accountId, simId } = ref;
    await handOverRolloutSims(tx, { accountId, from: simId, to: followedBy });
    const scheduledBy = held.services.scheduled?.changeId ?? null;
    await moveOpenChanges(tx, { accountId, from: simId, to: followedBy, scheduledBy });
    const heir = await takeServices(tx, { accountId, simId: followedBy });
    if (heir === undefined) throw new Error('the SIM that follows is not there');
    const told = [{ event: 'services_moved', data: { from: simId } }] as const;
    await changeServices(tx, heir, moveTo(held.services), { origin, told, now });
  }
  const told = [{ event: 'services_ended', data: followedBy === undefined ? {} : { movedTo: followedBy } }] as const;
  await changeServices(tx, ended, end(held.services), { origin, told, now });
};
