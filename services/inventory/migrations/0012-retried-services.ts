import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/** What a provider has refused can be wanted again where no change has failed of it: a drift decision, or a replacement. */
export const retriedServices = async ({ db }: MigrationContext): Promise<void> => {
  await sql`alter table service_change
    drop constraint service_change_kind_check,
    add constraint service_change_kind_check
      check (kind in ('migrate', 'deviate', 'reattach', 'edit_profile', 'retry'))`.execute(db);
};
