import type { Migrations } from '@simlane/service-kit/migration';
import { catalogTables } from './0001-catalog.ts';

export const migrations: Migrations = { '0001-catalog': catalogTables };
