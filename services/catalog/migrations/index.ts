import type { Migrations } from '@simlane/service-kit/migration';
import { catalogTables } from './0001-catalog.ts';
import { cutoverColumn } from './0002-cutover.ts';
import { serviceProfileTables } from './0003-service-profiles.ts';

export const migrations: Migrations = {
  '0001-catalog': catalogTables,
  '0002-cutover': cutoverColumn,
  '0003-service-profiles': serviceProfileTables,
};
