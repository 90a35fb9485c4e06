import type { Migrations } from '@simlane/service-kit/migration';
import { catalogTables } from './0001-catalog.ts';
import { cutoverColumn } from './0002-cutover.ts';
import { serviceProfileTables } from './0003-service-profiles.ts';
import { serviceChangesColumn } from './0004-service-changes.ts';

export const migrations: Migrations = {
  '0001-catalog': catalogTables,
  '0002-cutover': cutoverColumn,
  '0003-service-profiles': serviceProfileTables,
  '0004-service-changes': serviceChangesColumn,
};
