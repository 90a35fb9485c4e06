import type { ActionProfile as ShownProfile } from '@simlane/contracts/http/fleet';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { type ActionProfile, type ActionSetting, allSettings, DEFAULT_PROFILE_NAME } from './action-profile.ts';

interface ProfileRow {
  id: string;
  name: string;
  is_default: boolean;
  version: number;
  settings: ActionSetting[];
  holders: string[];
}

const selectProfiles = (where: RawBuilder<unknown>) => sql<ProfileRow>`
  select p.id, p.name, p.is_default, p.version,
    coalesce((
      select json_agg(json_build_object('action', x.action, 'slot', x.slot, 'enabled', x.enabled))
      from action_profile_setting x where x.account_id = p.account_id and x.profile_id = p.id), '[]'::json) as settings,
    array(
      select h.sub from action_profile_holder h
      where h.account_id = p.account_id and h.profile_id = p.id order by h.sub) as holders
  from action_profile p where ${where}`;

const toProfile = (row: ProfileRow): ShownProfile => ({
  id: row.id,
  name: row.name,
  isDefault: row.is_default,
  settings: allSettings({ name: row.name, isDefault: row.is_default, settings: row.settings }),
  holders: row.is_default ? [] : row.holders,
  version: row.version,
});

/** As long as nobody has touched it, the default profile is no row; it goes by the id of its account. */
const untouchedDefault = (accountId: string): ShownProfile => ({
  id: accountId,
  name: DEFAULT_PROFILE_NAME,
  isDefault: true,
  settings: allSettings({ name: DEFAULT_PROFILE_NAME, isDefault: true, settings: [] }),
  holders: [],
  version: 1,
});

export const readDefaultProfile = async (tx: Transaction, accountId: string): Promise<ShownProfile> => {
  const { rows } = await selectProfiles(sql`p.account_id = ${accountId} and p.is_default`).execute(tx);
  return rows[0] === undefined ? untouchedDefault(accountId) : toProfile(rows[0]);
};

/** Custom profiles in the order of their ids. */
export const listCustomProfiles = async (
  tx: Transaction,
  accountId: string,
  page: { afterId: string | null; most: number },
): Promise<ShownProfile[]> => {
  const after = page.afterId === null ? sql`` : sql`and p.id > ${page.afterId}`;
  const { rows } = await selectProfiles(
    sql`p.account_id = ${accountId} and not p.is_default ${after} order by p.id limit ${page.most}`,
  ).execute(tx);
  return rows.map(toProfile);
};

export interface ProfileRequest {
  /** Who asked, with the key under which he did. */
  readonly caller: string;
  readonly key: string;
  readonly bodyHash: string;
}

/** Adds a custom profile with these settings. Undefined where the caller has used the key before: nothing is added. */
export const addProfile = async (
  tx: Transaction,
  accountId: string,
  { name, settings }: Pick<ActionProfile, 'name' | 'settings'>,
  request: ProfileRequest,
): Promise<string | undefined> => {
  const added = await tx
    .insertInto('action_profile')
    .values({
      account_id: accountId,
      id: sql<string>`uuidv7()`,
      name,
      is_default: false,
      idempotency_caller: request.caller,
      idempotency_key: request.key,
      body_hash: request.bodyHash,
    })
    .onConflict((conflict) => conflict.constraint('action_profile_request').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (added === undefined) return undefined;
  await tx
    .insertInto('action_profile_setting')
    .values(settings.map((setting) => ({ account_id: accountId, profile_id: added.id, ...setting })))
    .execute();
  return added.id;
};

export const readProfile = async (tx: Transaction, accountId: string, id: string): Promise<ShownProfile> => {
  const { rows } = await selectProfiles(sql`p.account_id = ${accountId} and p.id = ${id}`).execute(tx);
  if (rows[0] === undefined) throw new Error('The profile was there a moment ago');
  return toProfile(rows[0]);
};

/** The profile that this request made, and the hash of its body. */
export const findProfileOfRequest = async (
  tx: Transaction,
  accountId: string,
  request: Pick<ProfileRequest, 'caller' | 'key'>,
): Promise<{ id: string; bodyHash: string | null } | undefined> => {
  const row = await tx
    .selectFrom('action_profile')
    .select(['id', 'body_hash'])
    .where('account_id', '=', accountId)
    .where('idempotency_caller', '=', request.caller)
    .where('idempotency_key', '=', request.key)
    .executeTakeFirst();
  return row && { id: row.id, bodyHash: row.body_hash };
};
