/** How services are changed: one way in, so that changes, due row and timeline always follow. */
import type { SimState } from '@simlane/contracts/sim';
import { setDue } from '@simlane/service-kit/due';
import type { Transaction } from '../database.ts';
import { lockSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { addToTimeline, type Origin, type TimelineEvent } from '../timeline/timeline.repository.ts';
import { changeState } from './service-change.ts';
import { servicesDueAt, type ServedSim } from './services-owed.ts';
import { end, moveTo, type SimServices } from './sim-services.ts';
import {
  findPendingChanges,
  type KeptServices,
  movePendingChanges,
  readServices,
  type SimRef,
  updateChange,
  writeServices,
} from './sim-services.repository.ts';

/** The kind of due row that a SIM's services have; their workflow is woken by it. */
export const SIM_SERVICES = 'sim_services';

export interface HeldServices extends KeptServices, SimRef {
  readonly sim: ServedSim & { readonly state: SimState };
}

/** Takes the SIM for this transaction, with its services; undefined where there is none. */
export const takeServices = async (tx: Transaction, ref: SimRef): Promise<HeldServices | undefined> => {
  const sim = await lockSim(tx, visibilityOf(ref), ref.simId);
  if (sim === undefined) return undefined;
  const { iccid, state } = sim;
  return { ...ref, ...(await readServices(tx, ref)), sim: { state, iccid, isInUse: state !== 'discarded' } };
};

export interface Told {
  readonly event: TimelineEvent;
  readonly reason?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Writes the services as they are now, tells of it, and brings what follows from it up to date: the changes that
 * were pending, and what is owed. Services that are the same are not written.
 */
export const changeServices = async (
  tx: Transaction,
  held: HeldServices,
  after: SimServices,
  { origin, told, now }: { readonly origin: Origin; readonly told: readonly Told[]; readonly now: Date },
): Promise<void> => {
  const { accountId, simId, services } = held;
  if (after !== services) await writeServices(tx, held, after);
  if (told.length > 0) {
    const subject = { type: 'sim', id: simId } as const;
    await addToTimeline(
      tx,
      accountId,
      origin,
      told.map((entry) => ({ subject, ...entry })),
    );
  }
  await settleChanges(tx, held, after, now);
  await setServicesDue(tx, held, after, now);
};

/** A change that has nothing left to wait for has ended. */
const settleChanges = async (tx: Transaction, ref: SimRef, services: SimServices, now: Date): Promise<void> => {
  for (const change of await findPendingChanges(tx, ref)) {
    const state = changeState(change, services);
    if (state !== 'pending') await updateChange(tx, change, { state, endedAt: now });
  }
};

const setServicesDue = (
  tx: Transaction,
  { accountId, simId, sim }: Omit<HeldServices, keyof KeptServices>,
  services: SimServices,
  now: Date,
): Promise<void> => setDue(tx, { kind: SIM_SERVICES, id: simId, accountId, dueAt: servicesDueAt(services, sim, now) });

/** Sets anew what is owed, where what the SIM is has changed: its ICCID, or nothing but time. */
export const refreshServicesDue = async (tx: Transaction, ref: SimRef): Promise<void> => {
  const held = await takeServices(tx, ref);
  if (held !== undefined && held.version > 0) await setServicesDue(tx, held, held.services, new Date());
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
  await changeServices(tx, held, moveTo(held.services), { origin, told, now: new Date() });
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
  const now = new Date();
  const ended = { ...held, sim: { ...held.sim, isInUse: false } };
  if (followedBy !== undefined) {
    const { accountId, simId } = ref;
    await movePendingChanges(tx, { accountId, from: simId, to: followedBy });
    const heir = await takeServices(tx, { accountId, simId: followedBy });
    if (heir === undefined) throw new Error('the SIM that follows is not there');
    const told = [{ event: 'services_moved', data: { from: simId } }] as const;
    await changeServices(tx, heir, moveTo(held.services), { origin, told, now });
  }
  const told = [{ event: 'services_ended', data: followedBy === undefined ? {} : { movedTo: followedBy } }] as const;
  await changeServices(tx, ended, end(held.services), { origin, told, now });
};
