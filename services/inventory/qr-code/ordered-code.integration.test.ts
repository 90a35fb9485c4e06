import { randomUUID } from 'node:crypto';
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

const ORDERED_BY = { id: 'manager-1', name: 'Nora Field', email: 'nora@calder.example', language: 'en' } as const;

/** A new account with an order whose eSIM is on the line. */
const orderedEsim = async () => {
  const accountId = randomUUID();
  const { lineId } = await addLine(inventory.db, accountId);
  const order = inventory.order(accountId);
  await order.reserve(lineId);
  await order.createTemporaryEsim();
  await order.commit();
  return { accountId, orderId: order.id };
};

const put = (accountId: string, path: string, body: object) =>
  inventory.internal<{ outcome: string; obstacle?: string; requestId?: string }>({ accountId, path, body });
const requestFor = ({ accountId, orderId }: { accountId: string; orderId: string }) =>
  put(accountId, `/sim-replacements/${orderId}/qr-request`, { factId: randomUUID(), orderedBy: ORDERED_BY });

it('an order makes its request once, whatever the number of calls', async () => {
  const ordered = await orderedEsim();
  const { body } = await requestFor(ordered);
  expect(body).toEqual({ outcome: 'requested', requestId: expect.any(String) });
  expect((await requestFor(ordered)).body).toEqual(body);
});

it('an order makes no request where the action profile has been switched off meanwhile', async () => {
  const ordered = await orderedEsim();
  const { accountId } = ordered;
  await inAccount(inventory.db, accountId, async (tx) => {
    await sql`insert into action_profile (account_id, id, name, is_default)
      values (${accountId}, ${accountId}, 'Default', true)`.execute(tx);
    await sql`insert into action_profile_setting
      values (${accountId}, ${accountId}, 'generate_esim_qr_code', 1, false)`.execute(tx);
  });
  expect((await requestFor(ordered)).body).toMatchObject({ outcome: 'impossible', obstacle: 'not_enabled' });
});

it('an order makes no request for an eSIM that has its code, which the provider sent', async () => {
  const ordered = await orderedEsim();
  const imported = await put(ordered.accountId, `/sim-replacements/${ordered.orderId}/activation-code`, {
    factId: randomUUID(),
    occurredAt: '2026-02-03T04:05:06Z',
    activationCode: `LPA:1$${KNOWN_SMDP_ADDRESS}$${randomUUID().slice(0, 13).toUpperCase()}`,
    orderedBy: ORDERED_BY,
  });
  expect(imported.body).toMatchObject({ outcome: 'imported' });
  expect((await requestFor(ordered)).body).toMatchObject({ outcome: 'impossible', obstacle: 'code_imported' });
});
