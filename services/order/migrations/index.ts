import type { Migrations } from '@simlane/service-kit/migration';
import { orders } from './0001-orders.ts';
import { waiting } from './0002-waiting.ts';

export const migrations: Migrations = { '0001-orders': orders, '0002-waiting': waiting };
