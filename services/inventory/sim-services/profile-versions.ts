/**
 * Edits of a service profile and changes that bring SIMs to it, one after the other. The catalog is asked before anything
 * is taken; an edit that comes in between would find no follower in the SIM, and the SIM would not follow the edit.
 */
import { UnavailableError } from '@simlane/service-kit/problem';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import type { ProfileContent } from './sim-services.ts';

type Version = Pick<ProfileContent, 'id' | 'version'>;

/** How often the catalog is asked again before the caller is told to come back. */
const MOST_TRIES = 3;

class ProfileEdited extends UnavailableError {
  constructor(profileId: string) {
    super('The newest version of the service profile', `${profileId} is being edited`);
  }
}

/** From now on this version counts. Who brings SIMs to the profile at this moment is waited for, and seen afterwards. */
export const setNewestVersion = async (tx: Transaction, accountId: string, { id, version }: Version): Promise<void> => {
  await sql`insert into profile_version (account_id, profile_id, version) values (${accountId}, ${id}, ${version})
    on conflict (account_id, profile_id) do update set version = greatest(profile_version.version, excluded.version)
  `.execute(tx);
};

/**
 * No edit comes before this transaction ends. To be the first that it does: an edit holds nothing that it waits for.
 *
 * @throws ProfileEdited where one has come since the catalog was asked; {@link askingAgain} asks it again
 */
export const holdVersions = async (tx: Transaction, accountId: string, profiles: readonly Version[]): Promise<void> => {
  if (profiles.length === 0) return;
  const ids = profiles.map(({ id }) => id);
  // In one order for all. There is to be a row, so that an edit can be held off.
  await sql`insert into profile_version (account_id, profile_id, version)
    select ${accountId}, id, version
    from unnest(${ids}::uuid[], ${profiles.map(({ version }) => version)}::integer[]) as known (id, version)
    order by id on conflict do nothing`.execute(tx);
  const { rows } = await sql<Version>`
    select profile_id as id, version from profile_version
    where account_id = ${accountId} and profile_id = any(${ids}::uuid[]) order by profile_id for share`.execute(tx);
  const newest = new Map(rows.map(({ id, version }) => [id, version]));
  const edited = profiles.find(({ id, version }) => (newest.get(id) ?? version) > version);
  if (edited !== undefined) throw new ProfileEdited(edited.id);
};

/** Does all of it again, from what the catalog is asked, where a profile was edited in between. */
export const askingAgain = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProfileEdited) || tries === MOST_TRIES) throw error;
    }
  }
};
