/**
 * An edit of a service profile: the catalog makes the next version, then everybody who follows the profile gets it by a
 * rollout. If we die in between there is a version that nobody follows yet: the same request again, and the next edit
 * of the profile, take whoever is behind.
 */
import type { ProfileEditWish, ServiceChange, ServiceChangePreview } from '@simlane/contracts/http/sim-services';
import { mayDo } from '@simlane/contracts/permissions';
import { configurationFaults, isSameConfiguration } from '@simlane/contracts/service-options';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import type { KeyedRequest } from '@simlane/service-kit/idempotency-key';
import { onceUnderKey } from '@simlane/service-kit/once-under-key';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { ProblemError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Transaction } from '../database.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { timeNow } from '../sim-services/clock.ts';
import { contentOf, type ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import { changeOfKey, SERVICE_CHANGE_KEY, toServiceChange } from '../sim-services/service-change.service.ts';
import { setNewestVersion } from '../sim-services/profile-versions.ts';
import { invalidProfile } from '../sim-services/service-wish.ts';
import { NO_SERVICES, type ProfileContent, whatChanges } from '../sim-services/sim-services.ts';
import { insertChange, type StoredChange } from '../sim-services/sim-services.repository.ts';
import { canarySize } from './rollout.ts';
import type { Rollouts } from './rollout-ground.ts';
import { countOf, membersIn, movedOptions, optionsMoved } from './rollout-preview.ts';
import { countMembers, MOST_NAMED } from './rollout-preview.service.ts';
import { followedVersions, followersOf, type Members, planBySize } from './rollout-set.repository.ts';
import { deviatingFrom, simsOnProfile, tally, type TallyRow } from './rollout-tally.repository.ts';
import { encodeRolloutToken, requireSeen, type SeenByPreview } from './rollout-token.ts';
import { endRollout } from './rollout-changing.ts';
import { newRollout, startRollout } from './rollout.service.ts';

/** The profile as the edit leaves it. */
interface Edit {
  readonly before: ProfileContent;
  readonly after: ProfileContent;
  /** The options are another set than before, so there is to be a version with them. */
  readonly isNew: boolean;
  readonly providerId: string;
}

/** @throws ProblemError `forbidden`, `not_found`, `archived`, `profile_fixed`, `profile_invalid` */
const editOf = async (
  { serviceCatalog }: Rollouts,
  { accountId, roles }: Caller,
  wish: ProfileEditWish,
): Promise<Edit> => {
  const { serviceProfileId, options } = wish;
  if (!mayDo(roles, 'catalog:change')) {
    throw new ProblemError('forbidden', 'Only administrators edit service profiles', {
      fix: 'Ask an administrator for the edit, or migrate the SIMs concerned to a profile that has what they need',
    });
  }
  const facts = await serviceCatalog.profile(accountId, serviceProfileId);
  requireSameParts(facts, wish);
  const before = contentOf(facts);
  const wanted = { ...before.options, ...options };
  requireEditable(facts, wanted);
  const isNew = !isSameConfiguration(wanted, before.options);
  const after = isNew ? { ...before, version: before.version + 1, options: wanted } : before;
  return { before, after, isNew, providerId: facts.profile.providerId };
};

/** Pack and plan are fixed: another profile has others, and is made and migrated to by one call. */
const requireSameParts = ({ profile }: ServiceProfileFacts, wish: ProfileEditWish): void => {
  const fixed = (['servicePackId', 'ratePlanId'] as const).filter(
    (field) => wish[field] !== undefined && wish[field] !== profile[field],
  );
  if (fixed.length === 0) return;
  const { servicePackId = profile.servicePackId, ratePlanId = profile.ratePlanId, options } = wish;
  const call = { kind: 'migrate', newProfile: { copyOf: profile.id, servicePackId, ratePlanId, options } };
  throw new ProblemError(
    'profile_fixed',
    `The service pack and the rate plan of the profile “${profile.name}” cannot be changed`,
    {
      fix: `Make another profile and migrate a SIM to it, in one call: POST service-changes with ${JSON.stringify(call)} and the simId; the others by POST service-rollouts to that profile`,
      errors: fixed.map((field) => ({ pointer: `/${field}`, detail: 'Fixed since the profile was made' })),
    },
  );
};

const requireEditable = ({ profile, servicePack }: ServiceProfileFacts, options: ProfileContent['options']): void => {
  if (profile.archivedAt !== null) {
    throw new ProblemError(
      'archived',
      `The service profile “${profile.name}” is archived, and is not edited any more`,
      {
        fix: 'Make a copy of it with the options that you want, and migrate its SIMs to that',
      },
    );
  }
  const faults = configurationFaults(servicePack, options);
  if (faults.length > 0) throw invalidProfile(faults);
};

/** Whoever follows the profile and has not what it is to have. */
const behindOf = async (tx: Transaction, caller: Caller, { after, isNew }: Edit): Promise<Members> => {
  await planBySize(tx);
  const followed = await followedVersions(tx, caller.accountId, after.id);
  const versions = followed
    .filter(
      ({ version, options }) => version < after.version && (isNew || !isSameConfiguration(options, after.options)),
    )
    .map(({ version }) => version);
  return followersOf(visibilityOf(caller), { profileId: after.id, versions });
};

const seenOf = (
  { previewToken: _token, ...wish }: ProfileEditWish,
  { after }: Edit,
  { rows, deviations }: { readonly rows: readonly TallyRow[]; readonly deviations: number },
): SeenByPreview => ({
  wish,
  profileVersion: after.version,
  backTo: {},
  sims: countOf(rows),
  members: membersIn(rows),
  deviations,
  unusable: 0,
  effectiveOn: null,
});

const shownEdit = ({ before, after }: Edit): StoredChange['changes'] => {
  const { options } = whatChanges(
    { ...NO_SERVICES, options: before.options },
    { ...NO_SERVICES, options: after.options },
  );
  return {
    now: {
      options: options.map((option) => ({ ...option })),
      ratePlan: null,
      serviceProfile: { id: after.id, version: after.version },
      deviation: null,
      endsDeviation: null,
    },
    later: null,
    noLonger: null,
  };
};

/** What the edit would change, of how many SIMs, and which it would pass by. Changes nothing. */
export const previewEdit = async (
  rollouts: Rollouts,
  caller: Caller,
  wish: ProfileEditWish,
): Promise<ServiceChangePreview> => {
  const { accountId } = caller;
  const edit = await editOf(rollouts, caller, wish);
  const { after } = edit;
  const { counted, deviating, users } = await readInAccount(rollouts.db, accountId, async (tx) => ({
    counted: await countMembers(tx, accountId, await behindOf(tx, caller, edit)),
    deviating: await deviatingFrom(tx, accountId, { profileId: after.id, most: MOST_NAMED }),
    users: await simsOnProfile(tx, accountId, { profileId: after.id, most: 2 }),
  }));
  const { rows, held, cannotChangeNow } = counted;
  const sims = countOf(rows);
  return {
    changes: shownEdit(edit),
    touchedSims: sims,
    notRecommended: false,
    rollout: {
      sims,
      canarySims: canarySize(wish.canary?.sims, sims),
      noOtherSim: users <= 1,
      options: optionsMoved(movedOptions(rows, { held, own: [], toOf: () => after.options })),
      later: null,
      replacedSchedules: 0,
      endedDeviations: 0,
      deviations: {
        sims: deviating.sims,
        first: deviating.first.map(({ simId, iccid, deviation }) => ({ simId, iccid, ...deviation })),
      },
      cannotChangeNow,
      unusable: { rows: 0, first: [] },
      warnings: deviating.sims === 0 ? [] : [passedBy(deviating.sims)],
    },
    previewToken: encodeRolloutToken(seenOf(wish, edit, { rows, deviations: deviating.sims })),
  };
};

const passedBy = (sims: number) => ({
  code: 'deviations_passed_by',
  detail: `${sims} SIMs deviate from the profile and will not follow; bring them back with a rollout of the kind reattach`,
});

/**
 * Makes the version, and starts the rollout in one transaction. A repeat under the key is answered with the change as it
 * is by then. Where nobody has to follow, it is done at once.
 *
 * @throws ProblemError as the contract names them
 */
export const editProfile = (
  rollouts: Rollouts,
  caller: Caller,
  wish: ProfileEditWish,
  key: string,
): Promise<ServiceChange> => {
  const { accountId, sub } = caller;
  const origin = { caller: sub, key, bodyHash: bodyHash(wish) };
  return onceUnderKey({
    find: () => readInAccount(rollouts.db, accountId, (tx) => changeOfKey(tx, accountId, origin)),
    make: () => makeEdit(rollouts, caller, wish, origin),
    constraint: SERVICE_CHANGE_KEY,
  });
};

const makeEdit = async (
  rollouts: Rollouts,
  caller: Caller,
  wish: ProfileEditWish,
  origin: KeyedRequest,
): Promise<ServiceChange> => {
  const { db, serviceCatalog, onDue } = rollouts;
  const { accountId, sub } = caller;
  const edit = await editOf(rollouts, caller, wish);
  // Before a version is made for nothing.
  await readInAccount(db, accountId, async (tx) => requireFresh(tx, caller, { wish, edit }));
  const { after, isNew } = edit;
  if (isNew) {
    const request = { options: after.options, createdBy: sub };
    await serviceCatalog.makeVersion(accountId, after, request).catch((error: unknown) => {
      throw editedMeanwhile(error);
    });
  }
  const made = await inAccount(db, accountId, (tx) => addEdit(tx, caller, { wish, edit, origin }));
  onDue();
  return made;
};

const editedMeanwhile = (error: unknown): unknown =>
  error instanceof ProblemError && error.code === 'stale_version'
    ? new ProblemError('preview_stale', 'Somebody else has edited the service profile at this moment', {
        fix: 'Look at what the profile has now, and repeat the request if it is still what you want',
      })
    : error;

interface Wanted {
  readonly wish: ProfileEditWish;
  readonly edit: Edit;
}

const requireFresh = async (tx: Transaction, caller: Caller, { wish, edit }: Wanted): Promise<void> => {
  if (wish.previewToken === undefined) return;
  const { accountId } = caller;
  const rows = await tally(tx, await behindOf(tx, caller, edit));
  const { sims: deviations } = await deviatingFrom(tx, accountId, { profileId: edit.after.id, most: 0 });
  requireSeen(wish.previewToken, seenOf(wish, edit, { rows, deviations }));
};

const addEdit = async (
  tx: Transaction,
  caller: Caller,
  { wish, edit, origin }: Wanted & { readonly origin: KeyedRequest },
): Promise<ServiceChange> => {
  const { accountId, sub } = caller;
  // Before it is read who follows the profile.
  await setNewestVersion(tx, accountId, edit.after);
  const members = await behindOf(tx, caller, edit);
  const hasFollowers = countOf(await tally(tx, members)) > 0;
  const now = timeNow();
  const changeId = uuidV7();
  const rollout = newRollout(caller, {
    kind: 'edit_profile',
    profileId: edit.after.id,
    profile: edit.after,
    changeId,
    over: { kind: 'service_profile', id: edit.after.id },
    stopAtFailureShare: wish.stopAtFailureShare,
    bodyHash: null,
  });
  const change: StoredChange = {
    id: changeId,
    accountId,
    simId: null,
    rolloutId: hasFollowers ? rollout.id : null,
    kind: 'edit_profile',
    state: hasFollowers ? 'pending' : 'done',
    requestedBy: sub,
    reason: null,
    wants: { options: edit.after.options, plan: null },
    changes: shownEdit(edit),
    cancelled: false,
    createdAt: now,
    endedAt: hasFollowers ? null : now,
    bodyHash: origin.bodyHash,
  };
  await insertChange(tx, change, origin);
  if (!hasFollowers) return toServiceChange(change);
  const started = await startRollout(tx, rollout, { members, canary: wish.canary?.sims, origin: null, caller });
  if (started !== null) return toServiceChange(change);
  // All of them have left the profile since they were counted.
  const ended = { state: 'done', endedAt: now } as const;
  await endRollout(tx, { ...rollout, ...ended }, { event: 'rollout_done', hasFailures: false, now });
  return toServiceChange({ ...change, ...ended });
};
