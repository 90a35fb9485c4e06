import { randomUUID } from 'node:crypto';
import type { QrRequest } from '@simlane/contracts/http/qr-code';
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

const LIMITS = { qr_request: 500, qr_link: 3_000, qr_code: 1_000 };

const esim = async (accountId: string) => (await addLine(inventory.db, accountId, { sim: { kind: 'esim' } })).simId;
const post = <T>(accountId: string, path: string, body?: object) =>
  inventory.call<T>({ accountId }, 'POST', path, body, { 'idempotency-key': randomUUID() });
const ask = async (accountId: string, simId?: string) =>
  post<{ request: QrRequest }>(accountId, '/qr-requests', { simId: simId ?? (await esim(accountId)) });
const importNew = (accountId: string, simId: string) =>
  inventory.call({ accountId }, 'PUT', `/sims/${simId}/qr-code`, {
    activationCode: `LPA:1$${KNOWN_SMDP_ADDRESS}$${randomUUID().slice(0, 13).toUpperCase()}`,
  });

/** Repeats the row that is there, as it was after its end, until the account has had as many today as it may. */
const fill = (accountId: string, table: keyof typeof LIMITS, as: object): Promise<void> =>
  inAccount(inventory.db, accountId, async (tx) => {
    const { rows } = await sql<{ column_name: string }>`select column_name from information_schema.columns
      where table_name = ${table} and table_schema = current_schema and is_generated = 'NEVER'`.execute(tx);
    const columns = sql.join(rows.map(({ column_name }) => sql.ref(column_name)));
    const copied = sql.join(rows.map(({ column_name }) => sql.ref(`copy.${column_name}`)));
    await sql`insert into ${sql.table(table)} (${columns})
      select ${copied} from (select * from ${sql.table(table)} limit 1) one, generate_series(2, ${LIMITS[table]}::int) number,
        jsonb_populate_record(null::${sql.table(table)},
          to_jsonb(one) || ${JSON.stringify(as)}::jsonb || jsonb_build_object('number', number, 'id', gen_random_uuid(), 'idempotency_key', gen_random_uuid())) copy`.execute(
      tx,
    );
  });

const REFUSED = { status: 429, problem: { code: 'rate_limited' } };

it('an account that has made all the requests of a day makes no more; another one does not notice', async () => {
  const accountId = randomUUID();
  const made = await ask(accountId);
  await post(accountId, `/qr-requests/${made.body.request.id}/cancellation`);
  await fill(accountId, 'qr_request', {});
  expect(await ask(accountId)).toMatchObject(REFUSED);
  expect((await ask(randomUUID())).status).toBe(201);
});

it('an account that has had all the mails of a day sends none again, and tells nobody of a code', async () => {
  const accountId = randomUUID();
  const simId = await esim(accountId);
  await importNew(accountId, simId);
  const { body } = await ask(accountId, simId);
  await fill(accountId, 'qr_link', {});
  expect(await post(accountId, `/qr-requests/${body.request.id}/resend`)).toMatchObject(REFUSED);
  expect(await post(accountId, `/sims/${simId}/qr-code/notifications`, {})).toMatchObject(REFUSED);
});

it('an account that has imported all the codes of a day imports no more, but those that its providers send', async () => {
  const accountId = randomUUID();
  const simId = await esim(accountId);
  await importNew(accountId, simId);
  await fill(accountId, 'qr_code', { state: 'history', ended_at: new Date() });
  expect(await importNew(accountId, simId)).toMatchObject(REFUSED);
  const { lineId } = await addLine(inventory.db, accountId);
  const order = inventory.order(accountId);
  await order.reserve(lineId);
  await order.createTemporaryEsim();
  const fromProvider = await inventory.internal({
    accountId,
    path: `/sim-replacements/${order.id}/activation-code`,
    body: {
      factId: randomUUID(),
      occurredAt: '2026-02-03T04:05:06Z',
      activationCode: `LPA:1$${KNOWN_SMDP_ADDRESS}$${randomUUID().slice(0, 13).toUpperCase()}`,
      orderedBy: { id: 'manager-1', name: 'Nora Field', email: 'nora@calder.example', language: 'en' },
    },
  });
  expect(fromProvider.body).toMatchObject({ outcome: 'imported' });
});
