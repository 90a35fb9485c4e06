import type { ServiceChange, ServiceChangePreview, ServiceWish } from '@simlane/contracts/http/sim-services';
import type { ServiceChangeState } from '@simlane/contracts/service-changes';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { type KeyedRequest, requireSameBody } from '@simlane/service-kit/idempotency-key';
import { onceUnderKey } from '@simlane/service-kit/once-under-key';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Database, Transaction } from '../database.ts';
import type { PageOfNewest } from '../fleet/page.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { byCaller } from '../timeline/origin.ts';
import { changeServices, type HeldServices, takeServices } from './changing.ts';
import { timeNow } from './clock.ts';
import { encodePreviewToken, requireFresh } from './preview-token.ts';
import { askingAgain, holdVersions } from './profile-versions.ts';
import { billingOf, contentOf, type ServiceProfileFacts } from './service-catalog.ts';
import { type Ground, groundOf, noSim, type ServiceChanges } from './service-ground.ts';
import { carryOut, changesNothing, requireChangeable, shownChanges, wantsOf } from './service-wish.ts';
import { cancelScheduled, retry, type SimServices } from './sim-services.ts';
import {
  findChange,
  findChangeOfKey,
  insertChange,
  type KeptServices,
  listChanges,
  readServices,
  type StoredChange,
  updateChange,
} from './sim-services.repository.ts';

const noChange = (): ProblemError => notFound('There is no such service change');

export const toServiceChange = (change: StoredChange): ServiceChange => ({
  id: change.id,
  kind: change.kind,
  simId: change.simId,
  serviceProfileId: change.simId === null ? (change.changes.now.serviceProfile?.id ?? null) : null,
  rolloutId: change.rolloutId,
  state: change.state,
  requestedBy: change.requestedBy,
  reason: change.reason,
  changes: change.changes,
  createdAt: change.createdAt.toISOString(),
  endedAt: change.endedAt?.toISOString() ?? null,
});

/** What a change would do, now and later. Changes nothing, in the catalog neither. */
export const previewChange = async (
  services: ServiceChanges,
  caller: Caller,
  wish: ServiceWish,
): Promise<ServiceChangePreview> => {
  const changeId = uuidV7();
  const { kept, facts } = await groundOf(services, caller, { wish, making: changeId });
  const before = kept.services;
  const after = carryOut(before, wish, { facts, changeId, by: caller.sub, now: timeNow() });
  const changes = shownChanges(before, after);
  return {
    changes,
    touchedSims: changesNothing(changes) ? 0 : 1,
    notRecommended: wish.kind === 'deviate' && after.deviation !== null,
    rollout: null,
    previewToken: encodePreviewToken({ wish, version: kept.version, profile: contentOf(facts), after }),
  };
};

/**
 * Moves what is wanted of a SIM, in one transaction. A repeat under the key is answered with the change as it is by
 * then. A profile that is to be made is made before, once.
 *
 * @throws ProblemError as the contract names them
 */
export const createChange = (
  services: ServiceChanges,
  caller: Caller,
  wish: ServiceWish,
  key: string,
): Promise<ServiceChange> => {
  const { accountId, sub } = caller;
  const origin = { caller: sub, key, bodyHash: bodyHash(wish) };
  return onceUnderKey({
    find: () => readInAccount(services.db, accountId, (tx) => changeOfKey(tx, accountId, origin)),
    make: () => askingAgain(() => makeChange(services, caller, wish, origin)),
    constraint: SERVICE_CHANGE_KEY,
  });
};

/** The unique constraint over the keys of requests. */
export const SERVICE_CHANGE_KEY = 'service_change_key';

const makeChange = async (
  services: ServiceChanges,
  caller: Caller,
  wish: ServiceWish,
  origin: KeyedRequest,
): Promise<ServiceChange> => {
  const { accountId, sub } = caller;
  const making = `${sub} ${origin.key}`;
  const { facts: asked, kept, newProfile } = await groundOf(services, caller, { wish, making });
  const changeId = uuidV7();
  const stepOf = (facts: ServiceProfileFacts, before: KeptServices, now: Date) => {
    const after = carryOut(before.services, wish, { facts, changeId, by: sub, now });
    requireFresh({ wish, version: before.version, profile: contentOf(facts), after });
    return after;
  };
  // Before a profile is made for nothing.
  stepOf(asked, kept, timeNow());
  const facts = newProfile === null ? asked : await factsOfNew(services, caller, newProfile);
  const made = await inAccount(services.db, accountId, async (tx) => {
    await holdVersions(tx, accountId, [contentOf(facts)]);
    const now = timeNow();
    const held = await takeChangeable(tx, caller, wish.simId);
    requireSameProfile(wish, held.services, facts);
    return addChange(tx, held, stepOf(facts, held, now), { wish, changeId, caller, origin, now });
  });
  services.onWanted({ accountId, simId: wish.simId });
  return made;
};

/** Makes the profile. It may have been made before, by the same request, and edited since. */
const factsOfNew = async (
  { serviceCatalog }: ServiceChanges,
  { accountId, sub }: Caller,
  { id, content }: NonNullable<Ground['newProfile']>,
): Promise<ServiceProfileFacts> => {
  await serviceCatalog.make(accountId, id, { newProfile: content, createdBy: sub });
  return serviceCatalog.profile(accountId, id);
};

const takeChangeable = async (tx: Transaction, caller: Caller, simId: string): Promise<HeldServices> => {
  const held = await takeServices(tx, { accountId: caller.accountId, simId });
  if (held === undefined) throw noSim();
  requireChangeable(held.sim.state);
  return held;
};

/** Somebody has migrated the SIM since the catalog was asked about its profile. */
const requireSameProfile = (wish: ServiceWish, { profile }: SimServices, facts: ServiceProfileFacts): void => {
  if (wish.kind === 'migrate' || profile?.id === facts.profile.id) return;
  throw new ProblemError('preview_stale', 'The SIM was migrated to another profile at this moment', {
    fix: 'Look at what the SIM has now, and repeat the request if it is still what you want',
  });
};

const addChange = async (
  tx: Transaction,
  held: HeldServices,
  after: SimServices,
  {
    wish,
    changeId,
    caller,
    origin,
    now,
  }: {
    wish: ServiceWish;
    changeId: string;
    caller: Caller;
    origin: KeyedRequest;
    now: Date;
  },
): Promise<ServiceChange> => {
  const { accountId, simId, services: before } = held;
  const changes = shownChanges(before, after);
  const reason = wish.kind === 'deviate' ? wish.reason.trim() : null;
  const change: StoredChange = {
    id: changeId,
    accountId,
    simId,
    rolloutId: null,
    kind: wish.kind,
    state: 'pending',
    requestedBy: caller.sub,
    reason,
    wants: wantsOf(wish, before, after),
    changes,
    cancelled: false,
    createdAt: now,
    endedAt: null,
    bodyHash: origin.bodyHash,
  };
  await insertChange(tx, change, origin);
  await changeServices(tx, held, after, {
    origin: byCaller(caller),
    told: [{ event: 'services_wanted', reason, data: { changeId, kind: wish.kind, ...changes } }],
    now,
  });
  return changeAfter(tx, accountId, changeId);
};

const changeAfter = async (tx: Transaction, accountId: string, id: string): Promise<ServiceChange> => {
  const change = await findChange(tx, accountId, id);
  if (change === undefined) throw noChange();
  return toServiceChange(change);
};

export const changeOfKey = async (
  tx: Transaction,
  accountId: string,
  origin: KeyedRequest,
): Promise<ServiceChange | undefined> => {
  const before = await findChangeOfKey(tx, accountId, origin);
  if (before === undefined) return undefined;
  requireSameBody(before, origin);
  return toServiceChange(before);
};

/** A change of a SIM that the caller sees. */
const visibleChange = async (tx: Transaction, caller: Caller, id: string): Promise<StoredChange> => {
  const change = await findChange(tx, caller.accountId, id);
  if (change === undefined) throw noChange();
  const { simId } = change;
  // An edit is of the whole account.
  if (simId !== null && (await findSim(tx, visibilityOf(caller), simId)) === undefined) throw noChange();
  return change;
};

export const readChange = (db: Database, caller: Caller, id: string): Promise<ServiceChange> =>
  readInAccount(db, caller.accountId, async (tx) => toServiceChange(await visibleChange(tx, caller, id)));

export const listServiceChanges = (
  db: Database,
  caller: Caller,
  filters: { readonly simId?: string | undefined; readonly state?: ServiceChangeState | undefined },
  page: PageOfNewest,
): Promise<{ items: ServiceChange[]; nextCursor: string | null }> =>
  readInAccount(db, caller.accountId, async (tx) => {
    if (filters.simId !== undefined && (await findSim(tx, visibilityOf(caller), filters.simId)) === undefined) {
      return { items: [], nextCursor: null };
    }
    const { items, nextCursor } = await listChanges(tx, caller.accountId, filters, page);
    return { items: items.map(toServiceChange), nextCursor };
  });

/** The same of one that is of a SIM: an edit of a profile is carried out by its rollout. */
const changeOfSim = async (
  tx: Transaction,
  caller: Caller,
  id: string,
): Promise<StoredChange & { readonly simId: string }> => {
  const change = await visibleChange(tx, caller, id);
  const { simId, rolloutId } = change;
  if (simId !== null) return { ...change, simId };
  const fix =
    rolloutId === null
      ? 'Nothing is left of it to be done'
      : `Use POST service-rollouts/${rolloutId}/cancellation and service-rollouts/${rolloutId}/retry`;
  throw notPossible('This is an edit of a profile, which a rollout carries out', fix);
};

/** Takes the SIM and then the change: it may have gone to the SIM that follows meanwhile. */
const takeChange = async (
  tx: Transaction,
  caller: Caller,
  id: string,
): Promise<{ change: StoredChange; held: HeldServices }> => {
  const { simId } = await changeOfSim(tx, caller, id);
  const held = await takeServices(tx, { accountId: caller.accountId, simId });
  const change = await findChange(tx, caller.accountId, id);
  if (held === undefined || change?.simId !== simId) throw noChange();
  return { change, held };
};

const notPossible = (detail: string, fix: string): ProblemError =>
  new ProblemError('service_change_state', detail, { fix });

/** Takes back the plan that the change has scheduled. A repeat changes nothing. @throws ProblemError `service_change_state` */
export const cancelChange = async (
  { db, onWanted }: ServiceChanges,
  caller: Caller,
  id: string,
): Promise<ServiceChange> => {
  const cancelled = await inAccount(db, caller.accountId, async (tx) => {
    const { change, held } = await takeChange(tx, caller, id);
    const after = cancelScheduled(held.services, id);
    if (typeof after === 'string') {
      if (change.cancelled) return { simId: held.simId, change: toServiceChange(change) };
      throw notPossible('No rate plan is scheduled by this change', 'See what is scheduled at GET sims/{id}/services');
    }
    const now = timeNow();
    await updateChange(tx, change, { state: 'pending', cancelled: true, endedAt: null });
    await changeServices(tx, held, after, {
      origin: byCaller(caller),
      told: [{ event: 'services_plan_cancelled', data: { changeId: id, ratePlan: held.services.scheduled?.plan } }],
      now,
    });
    return { simId: held.simId, change: await changeAfter(tx, caller.accountId, id) };
  });
  onWanted({ accountId: caller.accountId, simId: cancelled.simId });
  return cancelled.change;
};

/**
 * What the provider has refused of the SIM is wanted again, and so is a plan that was cancelled.
 *
 * @throws ProblemError `service_change_state` for a change that is done, has been overtaken, or is of a discarded SIM
 */
export const retryChange = async (services: ServiceChanges, caller: Caller, id: string): Promise<ServiceChange> => {
  const { db, serviceCatalog, onWanted } = services;
  const { accountId } = caller;
  const profileId = await readInAccount(db, accountId, async (tx) => {
    const { simId } = await changeOfSim(tx, caller, id);
    return (await readServices(tx, { accountId, simId })).services.profile?.id ?? null;
  });
  if (profileId === null) throw notPossible('Nothing is wanted of the SIM any more', 'Migrate it to a service profile');
  const facts = await serviceCatalog.profile(accountId, profileId);
  const retried = await inAccount(db, accountId, async (tx) => {
    const { change, held } = await takeChange(tx, caller, id);
    if (!held.sim.isInUse) {
      throw notPossible('The SIM is discarded, and nothing is wanted of it any more', 'Change the SIM that follows it');
    }
    const { failed } = held.services;
    // One whose plan is still to come may have an option that was refused.
    const isRefused = failed.plan !== null || Object.keys(failed.options).length > 0;
    const hasEnded = change.endedAt !== null;
    if (!hasEnded && !isRefused) return { simId: held.simId, change: toServiceChange(change) };
    if (change.state === 'done' || change.state === 'superseded') {
      throw notPossible(`The change is ${change.state}, and nothing of it can be wanted again`, 'Make a new change');
    }
    const now = timeNow();
    await updateChange(tx, change, { state: 'pending', cancelled: false, endedAt: null });
    await changeServices(tx, held, retry(held.services, { changeId: id, billing: billingOf(facts), now }), {
      origin: byCaller(caller),
      told: [{ event: 'services_retried', data: { changeId: id } }],
      now,
    });
    return { simId: held.simId, change: await changeAfter(tx, accountId, id) };
  });
  onWanted({ accountId, simId: retried.simId });
  return retried.change;
};
