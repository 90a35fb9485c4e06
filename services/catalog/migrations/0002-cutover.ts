import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** The word of a provider by which the new SIM serves the line; the default is what every provider was taken for before. */
export const cutoverColumn = async ({ db }: MigrationContext): Promise<void> => {
  await sql`alter table provider
    add column cutover_on text not null default 'processed' check (cutover_on in ('processed', 'installed'))`.execute(
    db,
  );
};
