import type { Migrations } from '@simlane/service-kit/migration';
import { messageTables } from './0001-messages.ts';
import { orderWaitingMessages } from './0002-order-waiting.ts';
import { qrCodeMessages } from './0003-qr-codes.ts';

export const migrations: Migrations = {
  '0001-messages': messageTables,
  '0002-order-waiting': orderWaitingMessages,
  '0003-qr-codes': qrCodeMessages,
};
