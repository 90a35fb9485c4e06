import type { Provider } from '@simlane/contracts/http/catalog';
import type {
  NewServiceProfile,
  ServicePack,
  ServiceProfile,
  serviceProfileInternalRoutes,
} from '@simlane/contracts/http/service-profiles';
import { serviceProfileChoiceRoutes } from '@simlane/contracts/http/service-profile-choices';
import type { RouteAnswer } from '@simlane/contracts/http/route';
import { type Configuration, isSameConfiguration, withDefaults } from '@simlane/contracts/service-options';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Db, Tx } from '../database.ts';
import { providers } from '../provider.ts';
import { listItems } from '../resource.ts';
import { makeOnce } from './making.service.ts';
import { ratePlans } from './rate-plan.repository.ts';
import { readItem } from './reading.ts';
import { holdServicePack, servicePacks } from './service-pack.repository.ts';
import {
  changeServiceProfile,
  findServiceProfileVersion,
  profilesMatching,
  serviceProfiles,
} from './service-profile.repository.ts';
import { makeProfile, profileWanted, takeProfile } from './service-profile.service.ts';
import { requireFitting } from './service-profile.ts';
import { requireUnarchived, staleVersion } from './versioned.ts';

type ProfileForChange = RouteAnswer<typeof serviceProfileInternalRoutes.getServiceProfile>;

/**
 * A profile with all that a change of services is made of. In an earlier version it has the name and the options that
 * it had then.
 *
 * @throws ProblemError `not_found`, also where there is no such version
 */
export const readProfileForChange = (
  db: Db,
  accountId: string,
  id: string,
  version: number | undefined,
): Promise<ProfileForChange> =>
  readInAccount(db, accountId, async (tx) => {
    const profile = await readItem(tx, accountId, id, serviceProfiles);
    const servicePack = await readItem(tx, accountId, profile.servicePackId, servicePacks);
    const ratePlan = await readItem(tx, accountId, profile.ratePlanId, ratePlans);
    const provider = changingAt(await readItem(tx, accountId, profile.providerId, providers));
    const asked =
      version === undefined ? profile : await profileInVersion(tx, accountId, profile, version, servicePack);
    return { profile: asked, servicePack, ratePlan, provider };
  });

/** How a provider takes changes. */
const changingAt = ({ planChange, billingZone, serviceChangesPerMinute }: Provider): ProfileForChange['provider'] => ({
  planChange,
  billingZone,
  serviceChangesPerMinute,
});

/**
 * The profile that would be made under this id. Makes nothing.
 *
 * @throws ProblemError as making one does
 */
export const draftServiceProfile = (
  db: Db,
  accountId: string,
  id: string,
  wanted: NewServiceProfile,
): Promise<ProfileForChange> =>
  inAccount(db, accountId, async (tx) => {
    const { profile, pack, plan } = await profileWanted(tx, accountId, id, wanted);
    const provider = changingAt(await readItem(tx, accountId, profile.providerId, providers));
    return {
      profile: { ...profile, options: { ...profile.options }, version: 1, archivedAt: null },
      servicePack: pack,
      ratePlan: plan,
      provider,
    };
  });

/** The unarchived profiles of a provider, by name, each with the code of its plan. */
export const listChoices = (
  db: Db,
  accountId: string,
  { providerId, ...page }: { providerId: string; limit: number; cursor?: string | undefined },
): Promise<RouteAnswer<typeof serviceProfileChoiceRoutes.listServiceProfiles>> =>
  readInAccount(db, accountId, async (tx) => {
    const { path } = serviceProfileChoiceRoutes.listServiceProfiles;
    const of = profilesMatching({ providerId });
    const { items, nextCursor } = await listItems(tx, accountId, { path, ...page, includeArchived: false }, of);
    const codes = new Map<string, string>();
    for (const { ratePlanId } of items) {
      if (!codes.has(ratePlanId)) codes.set(ratePlanId, (await readItem(tx, accountId, ratePlanId, ratePlans)).code);
    }
    return {
      items: items.map((profile) => ({ profile, ratePlanCode: codes.get(profile.ratePlanId) ?? '' })),
      nextCursor,
    };
  });

const profileInVersion = async (
  tx: Tx,
  accountId: string,
  profile: ServiceProfile,
  version: number,
  pack: ServicePack,
): Promise<ServiceProfile> => {
  const held = await findServiceProfileVersion(tx, accountId, profile.id, version);
  if (held === undefined) throw notFound(`The service profile has no version ${version}`);
  const { name, options, archivedAt } = held;
  return { ...profile, version, name, options: { ...withDefaults(pack, options) }, archivedAt };
};

/**
 * Makes a profile under an id that the caller has chosen. The same body again is the same profile.
 *
 * @throws ProblemError as making one does; `idempotency_key_reused` where the id was given to something else
 */
export const putServiceProfile = (
  db: Db,
  accountId: string,
  id: string,
  body: { readonly newProfile: NewServiceProfile; readonly createdBy: string },
): Promise<ServiceProfile> => {
  const request = { caller: null, key: null, bodyHash: bodyHash(body) };
  const { newProfile: wanted, createdBy: sub } = body;
  return inAccount(db, accountId, async (tx) => {
    await makeOnce(tx, { table: 'service_profile', accountId, givenId: id }, request, () =>
      makeProfile(tx, accountId, { id, wanted, sub, request }),
    );
    return readItem(tx, accountId, id, serviceProfiles);
  });
};

/**
 * Makes exactly this version of a profile from the one before. Options that the caller leaves out stay as they are; a
 * repeat, also a late one, changes nothing and is answered with the profile as it is now.
 *
 * @throws ProblemError `not_found`, `archived`, `profile_invalid`; `stale_version` where this version is another one or
 *   the one before is not there
 */
export const putServiceProfileVersion = (
  db: Db,
  accountId: string,
  { id, version }: { id: string; version: number },
  { options, createdBy }: { readonly options: Configuration; readonly createdBy: string },
): Promise<ServiceProfile> =>
  inAccount(db, accountId, async (tx) => {
    const held = await takeProfile(tx, accountId, id);
    const { profile } = held;
    if (version <= profile.version) {
      const made = await findServiceProfileVersion(tx, accountId, id, version);
      const isRepeat =
        made?.createdBy === createdBy && isSameConfiguration({ ...made.options, ...options }, made.options);
      if (isRepeat) return profile;
      throw staleVersion(`Version ${version} was made otherwise, and this is version ${profile.version} by now`);
    }
    if (version > profile.version + 1) {
      throw staleVersion(`This is version ${profile.version}, and version ${version} cannot follow it`);
    }
    requireUnarchived('service profile', profile);
    const pack = await holdServicePack(tx, accountId, profile.servicePackId, 'as_it_is');
    if (pack === undefined) throw new Error('A profile points at its pack');
    const named = withDefaults(pack, { ...held.named, ...options });
    requireFitting(pack, undefined, named);
    await changeServiceProfile(tx, accountId, held, { named }, createdBy);
    return readItem(tx, accountId, id, serviceProfiles);
  });
