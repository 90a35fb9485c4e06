import type { Migrations } from '@simlane/service-kit/migration';
import { catalogTables } from './0001-catalog.ts';
import { cutoverColumn } from './0002-cutover.ts';

export const migrations: Migrations = { '0001-catalog': catalogTables, '0002-cutover': cutoverColumn };
