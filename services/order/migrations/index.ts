import type { Migrations } from '@simlane/service-kit/migration';
import { orders } from './0001-orders.ts';

export const migrations: Migrations = { '0001-orders': orders };
