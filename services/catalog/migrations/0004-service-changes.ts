import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** How many SIMs a minute are changed at a provider by what changes many; the default is slow enough for any of them. */
export const serviceChangesColumn = async ({ db }: MigrationContext): Promise<void> => {
  await sql`alter table provider add column service_changes_per_minute integer not null default 600
    check (service_changes_per_minute between 1 and 60000)`.execute(db);
};
