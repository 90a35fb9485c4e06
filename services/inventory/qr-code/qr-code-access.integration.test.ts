import { randomUUID } from 'node:crypto';
import type { QrCode, SimQrCode } from '@simlane/contracts/http/qr-code';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, KNOWN_SMDP_ADDRESS, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const allowNoQrCodes = (accountId: string): Promise<void> =>
  inAccount(inventory.db, accountId, async (tx) => {
    await sql`insert into action_profile (account_id, id, name, is_default)
      values (${accountId}, ${accountId}, 'Default', true)`.execute(tx);
    await sql`insert into action_profile_setting
      values (${accountId}, ${accountId}, 'generate_esim_qr_code', 1, false)`.execute(tx);
  });

it('a manager without the action on that slot sees states and dates only, however he asks', async () => {
  const accountId = randomUUID();
  const { simId } = await addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
  const manager = { accountId, roles: ['manager'] } as const;
  const activationCode = `LPA:1$${KNOWN_SMDP_ADDRESS}$${randomUUID().slice(0, 13).toUpperCase()}`;
  await inventory.call(manager, 'PUT', `/sims/${simId}/qr-code`, { activationCode });
  await allowNoQrCodes(accountId);
  const section = await inventory.call<SimQrCode>(manager, 'GET', `/sims/${simId}/qr-code`);
  expect(section.body).toMatchObject({ current: { state: 'current', detail: null }, disclosed: null });
  const { body } = await inventory.call<{ items: QrCode[] }>(manager, 'GET', `/sims/${simId}/qr-codes`);
  expect(body.items).toMatchObject([{ state: 'current', detail: null }]);
  const image = await inventory.call(manager, 'GET', `/sims/${simId}/qr-code/image`);
  expect(image.problem.code).toBe('action_not_available');
});
