import type { Migrations } from '@simlane/service-kit/migration';
import { messageTables } from './0001-messages.ts';

export const migrations: Migrations = { '0001-messages': messageTables };
