import type { Migrations } from '@simlane/service-kit/migration';
import { orders } from './0001-orders.ts';
import { waiting } from './0002-waiting.ts';
import { qrCode } from './0003-qr-code.ts';
import { serviceCalls } from './0004-service-calls.ts';

export const migrations: Migrations = {
  '0001-orders': orders,
  '0002-waiting': waiting,
  '0003-qr-code': qrCode,
  '0004-service-calls': serviceCalls,
};
