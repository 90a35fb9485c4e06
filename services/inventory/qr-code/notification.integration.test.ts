import { randomUUID } from 'node:crypto';
import type { SimQrCode } from '@simlane/contracts/http/qr-code';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, KNOWN_SMDP_ADDRESS, startInventory } from '../inventory.fixture.ts';
import { QR_NOTIFICATION } from './notification.service.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

it('whose code was replaced before its mail was made is owed no more, and was not sent', async () => {
  const accountId = randomUUID();
  const { simId } = await addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
  const manager = { accountId, roles: ['manager'] } as const;
  const path = `/sims/${simId}/qr-code`;
  const importNew = () =>
    inventory.call(manager, 'PUT', path, {
      activationCode: `LPA:1$${KNOWN_SMDP_ADDRESS}$${randomUUID().slice(0, 13).toUpperCase()}`,
    });
  await importNew();
  const to = { name: 'Nora Field', email: 'nora@calder.example', language: 'en' };
  const key = { 'idempotency-key': randomUUID() };
  expect((await inventory.call<SimQrCode>(manager, 'POST', `${path}/notifications`, { to }, key)).status).toBe(202);
  await importNew();
  const owed = () =>
    inventory.db.selectFrom('due').select('id').where('account_id', '=', accountId).where('kind', '=', QR_NOTIFICATION);
  const [due] = await owed().execute();
  const internal = { accountId, service: 'worker', path: `/qr-notifications/${due?.id}` } as const;
  const { body } = await inventory.internal({ ...internal, method: 'GET', path: `${internal.path}/mail` });
  expect(body).toEqual({ messages: [] });
  await inventory.internal({ ...internal, path: `${internal.path}/sent`, body: { messageIds: [] } });
  expect(await owed().execute()).toEqual([]);
  const timeline = await inventory.call<{ items: { event: string }[] }>(manager, 'GET', `/sims/${simId}/timeline`);
  expect(timeline.body.items.map(({ event }) => event)).not.toContain('qr_notification_sent');
});
