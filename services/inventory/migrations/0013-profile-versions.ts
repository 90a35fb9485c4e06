import type { MigrationContext } from '@simlane/service-kit/migration';
import { tenantTable } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** The newest version of each service profile that counts here, held by edits and by whoever brings SIMs to a profile. */
export const profileVersions = async (context: MigrationContext): Promise<void> => {
  await sql`create table profile_version (
    account_id uuid not null,
    profile_id uuid not null,
    version integer not null,
    primary key (account_id, profile_id)
  )`.execute(context.db);
  await tenantTable(context, 'profile_version', ['select', 'insert', 'update']);
};
