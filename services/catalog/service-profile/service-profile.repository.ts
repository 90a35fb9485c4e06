import type { ServicePack, ServiceProfile, ServiceProfileVersion } from '@simlane/contracts/http/service-profiles';
import { type Configuration, withDefaults } from '@simlane/contracts/service-options';
import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import type { Resource } from '../resource.ts';
import { timeOf, timeOrNull } from '../time.ts';
import type { NamedValues } from './service-pack.ts';
import { type KeyedRequest, requestColumns, toVersion } from './versioned.repository.ts';

export interface ProfileFilter {
  readonly providerId?: string | undefined;
  readonly servicePackId?: string | undefined;
  readonly ratePlanId?: string | undefined;
}

const select = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('service_profile')
    .select([
      'id',
      'version',
      'name',
      'provider_id as providerId',
      'service_pack_id as servicePackId',
      'rate_plan_id as ratePlanId',
      'options as named',
      'archived_at as archivedAt',
      sql<ServicePack['options']>`(select pack.options from service_pack as pack
        where pack.account_id = service_profile.account_id and pack.id = service_profile.service_pack_id)`.as(
        'packOptions',
      ),
    ])
    .where('account_id', '=', accountId);

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const toProfile = ({ named, packOptions, archivedAt, ...row }: Row): ServiceProfile => ({
  ...row,
  options: completed(packOptions, named),
  archivedAt: timeOrNull(archivedAt),
});

const completed = (options: ServicePack['options'], named: Configuration): Record<string, string> => ({
  ...withDefaults({ options, rules: [] }, named),
});

/** Profiles as they are read: with a value for every option of their pack. */
export const serviceProfiles = { select, toItem: toProfile } satisfies Resource<Row, ServiceProfile>;

export const profilesMatching = ({ providerId, servicePackId, ratePlanId }: ProfileFilter) => ({
  ...serviceProfiles,
  select: (tx: Tx, accountId: string) => {
    let query = select(tx, accountId);
    if (providerId !== undefined) query = query.where('provider_id', '=', providerId);
    if (servicePackId !== undefined) query = query.where('service_pack_id', '=', servicePackId);
    if (ratePlanId !== undefined) query = query.where('rate_plan_id', '=', ratePlanId);
    return query;
  },
});

export interface HeldProfile {
  readonly profile: ServiceProfile;
  /** The options that its newest version names; the others have the defaults of the pack. */
  readonly named: Configuration;
}

/** The profile, held until the transaction ends by whoever changes it. */
export const holdServiceProfile = async (tx: Tx, accountId: string, id: string): Promise<HeldProfile | undefined> => {
  const row = await select(tx, accountId).where('id', '=', id).forUpdate().executeTakeFirst();
  return row && { profile: toProfile(row), named: row.named };
};

/** Adds a profile in its first version; false, and nothing added, where the id or the request has been there before. */
export const addServiceProfile = async (
  tx: Tx,
  accountId: string,
  profile: Omit<ServiceProfile, 'version' | 'archivedAt'>,
  by: { readonly sub: string; readonly request: KeyedRequest | null },
): Promise<boolean> => {
  const first = { version: 1, name: profile.name, named: profile.options, archivedAt: null };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('service_profile')
    .values({
      account_id: accountId,
      id: profile.id,
      provider_id: profile.providerId,
      service_pack_id: profile.servicePackId,
      rate_plan_id: profile.ratePlanId,
      ...columnsOf(first),
      ...requestColumns(by.request),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return false;
  await addVersion(tx, accountId, profile.id, first, by.sub);
  return true;
};

/** Makes the next version of a profile that is held. */
export const changeServiceProfile = async (
  tx: Tx,
  accountId: string,
  { profile, named }: HeldProfile,
  changes: { readonly name?: string; readonly named?: Configuration; readonly archivedAt?: string },
  sub: string,
): Promise<void> => {
  const { name, archivedAt } = profile;
  const next = { name, named, archivedAt, ...changes, version: profile.version + 1 };
  await tx
    .updateTable('service_profile')
    .set(columnsOf(next))
    .where('account_id', '=', accountId)
    .where('id', '=', profile.id)
    .execute();
  await addVersion(tx, accountId, profile.id, next, sub);
};

interface Held {
  readonly version: number;
  readonly name: string;
  readonly named: Configuration;
  readonly archivedAt: string | null;
}

const addVersion = async (tx: Tx, accountId: string, id: string, held: Held, sub: string): Promise<void> => {
  await tx
    .insertInto('service_profile_version')
    .values({ account_id: accountId, service_profile_id: id, created_by: sub, ...columnsOf(held) })
    .execute();
};

const columnsOf = ({ version, name, named, archivedAt }: Held) => ({
  version,
  name,
  options: JSON.stringify(named),
  archived_at: timeOf(archivedAt),
});

const selectVersions = (tx: Tx, accountId: string, id: string) =>
  tx
    .selectFrom('service_profile_version')
    .select(['version', 'name', 'options', 'archived_at', 'created_at', 'created_by'])
    .where('account_id', '=', accountId)
    .where('service_profile_id', '=', id);

type VersionRow = Awaited<ReturnType<ReturnType<typeof selectVersions>['executeTakeFirstOrThrow']>>;

const toProfileVersion = ({ options, ...row }: VersionRow): ServiceProfileVersion => ({
  ...toVersion(row),
  options: { ...options },
});

/** The newest first, from the one before `before` on. */
export const listServiceProfileVersions = async (
  tx: Tx,
  accountId: string,
  id: string,
  { before, most }: { before: number | null; most: number },
): Promise<ServiceProfileVersion[]> => {
  let query = selectVersions(tx, accountId, id).orderBy('version', 'desc').limit(most);
  if (before !== null) query = query.where('version', '<', before);
  return (await query.execute()).map(toProfileVersion);
};

export const findServiceProfileVersion = async (
  tx: Tx,
  accountId: string,
  id: string,
  version: number,
): Promise<ServiceProfileVersion | undefined> => {
  const row = await selectVersions(tx, accountId, id).where('version', '=', version).executeTakeFirst();
  return row && toProfileVersion(row);
};

/** The profiles that are not archived and have this pack or this plan, by name. */
export const listProfilesUsing = (
  tx: Tx,
  accountId: string,
  used: { readonly servicePackId: string } | { readonly ratePlanId: string },
): Promise<NamedValues[]> => {
  const profiles = tx
    .selectFrom('service_profile')
    .select(['id', 'name', 'options'])
    .where('account_id', '=', accountId)
    .where('archived_at', 'is', null)
    .orderBy('name')
    .orderBy('id');
  return 'servicePackId' in used
    ? profiles.where('service_pack_id', '=', used.servicePackId).execute()
    : profiles.where('rate_plan_id', '=', used.ratePlanId).execute();
};
