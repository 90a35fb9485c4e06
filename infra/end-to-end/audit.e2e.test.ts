import { randomUUID } from 'node:crypto';
import { simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { audit, auditUntilGreen, wrong } from '../audit/audit.ts';
import { reportText } from '../audit/report-text.ts';
import { pictureOfQrCode } from '../demo/qr-code-file.ts';
import type { ServiceName } from '../local/secrets.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import { freshCode, inQrCode, sendThrough, startEsims, startQrCodes } from './qr-code.fixture.ts';
import { asSuperuser as run } from './superuser.fixture.ts';

const [{ catalog, fleet }, other] = exampleAccounts();

/** What runs besides has come to rest. */
const GREEN_WITHIN_MS = 90_000;

/** Orders to plant violations on: one that has ended well, one that waits for the provider. */
let ended: { id: string; simId: string };
let waiting: { id: string };
/** Requests for QR codes: one that is open, and one that was answered with a file. */
let open: { id: string };
let answered: { simId: string };
/** A SIM on a service profile, all of it confirmed. */
let settled: { simId: string };
beforeAll(async () => {
  const manager = await startManager();
  const one = await manager.submittedSwitch();
  await manager.sandbox.signal(one.order.id, { type: 'order.processed', data: { iccid: 'generate' } });
  await manager.reaches(one.order.id, 'processed');
  await manager.mailsAbout(one.order.orderNumber);
  ended = { id: one.order.id, simId: one.sim.id };
  const other = await manager.submittedSwitch();
  waiting = { id: other.order.id };
  const qrCodes = startQrCodes(manager);
  const esims = await startEsims(manager, 2);
  open = await qrCodes.asked(esims);
  const { sim, link } = await qrCodes.asked(esims);
  await sendThrough(link, await pictureOfQrCode(inQrCode(freshCode())));
  await fetch(`${link}/notification`, { method: 'POST' });
  await qrCodes.links(qrCodes.me, sim, 'page');
  answered = { simId: sim.id };
  settled = { simId: await migrated(manager) };
  const { green, report } = await auditUntilGreen(inject('stack'), { withinMs: GREEN_WITHIN_MS });
  if (!green) throw new Error(`Something is wrong before anything is planted:\n${reportText(report)}`);
});

const migrated = async ({ api, until }: Manager): Promise<string> => {
  const [profile] = catalog.serviceProfiles;
  const pack = catalog.servicePacks.find(({ id }) => id === profile?.servicePackId);
  const sim = fleet.sims.findLast(({ id, state, providerId }) => {
    return state === 'active' && providerId === pack?.providerId && id !== ended.simId;
  });
  const body = { kind: 'migrate', simId: sim?.id ?? '', serviceProfileId: profile?.id ?? '' } as const;
  const { id } = await api.call(simServiceRoutes.createServiceChange, { body }, randomUUID());
  await until(async () => (await api.call(simServiceRoutes.getServiceChange, { params: { id } })).state === 'done');
  return body.simId;
};

const repairs: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const repair of repairs.splice(0)) await repair();
});

/** Changes one column of one row; afterwards it is as it was. */
const plantValue = async (service: ServiceName, table: string, column: string, where: string, value: unknown) => {
  const [before] = await run(service, `select id, ${column} as value from ${table} where ${where}`, []);
  const { id, value: was } = before as { id: string; value: unknown };
  const set = `update ${table} set ${column} = $1 where id = $2`;
  repairs.push(() => run(service, set, [was, id]));
  await run(service, set, [value, id]);
};

/** Adds a row, which is gone afterwards. */
const plantRow = async (service: ServiceName, table: string, row: Readonly<Record<string, unknown>>) => {
  const columns = Object.keys(row);
  const places = columns.map((_column, index) => `$${index + 1}`);
  const same = columns.map((column, index) => `${column} = ${places[index]}`).join(' and ');
  repairs.push(() => run(service, `delete from ${table} where ${same}`, Object.values(row)));
  await run(service, `insert into ${table} (${columns.join()}) values (${places.join()})`, Object.values(row));
};

const found = async (): Promise<string[]> =>
  wrong(await audit(inject('stack'))).map(({ invariant, state }) => `${invariant} ${state}`);

const accountId = catalog.account.id;

it('1: an order that another provider has than the one it was ordered from', async () => {
  const [row] = await run('order', `select provider_id from "order" where id = $1`, [ended.id]);
  const { provider_id: now } = row as { provider_id: string };
  const another = catalog.providers.find(({ id }) => id !== now)?.id;
  await plantValue('order', '"order"', 'provider_id', `id = '${ended.id}'`, another);
  expect(await found()).toEqual(['1 broken']);
});

it('2: a signal that was answered and is not stored', async () => {
  await plantValue('order', 'provider_signal', 'body_hash', `order_id = '${ended.id}'`, 'lost');
  expect(await found()).toEqual(['2 broken']);
});

it('3: a discarded SIM in a group', async () => {
  const [group] = await run('inventory', 'select id from management_group where account_id = $1', [accountId]);
  const { id } = group as { id: string };
  await plantRow('inventory', 'sim_group', { account_id: accountId, sim_id: ended.simId, group_id: id });
  expect(await found()).toEqual(['3 broken']);
});

it('4: a message said to be sent that is in no mailbox', async () => {
  const of = `message_id = (select id from message where object_id = '${ended.id}')`;
  await plantValue('notification', 'message_recipient', 'provider_message_id', of, 'ses-lost');
  expect(await found()).toEqual(['4 broken']);
});

const fileOfCode = () => `id = (select file_id from qr_code where sim_id = '${answered.simId}')`;

it('5: a file whose object is not what was written', async () => {
  await plantValue('inventory', 'stored_file', 'object_sha256', fileOfCode(), 'other');
  expect(await found()).toEqual(['5 broken']);
});

it('5: a file whose object is gone', async () => {
  await plantValue('inventory', 'stored_file', 'object_key', fileOfCode(), 'nowhere');
  expect(await found()).toEqual(['5 broken']);
});

it('6: a due row that nobody looks at', async () => {
  const dueAt = new Date(Date.now() - 2 * 60_000);
  await plantRow('order', 'due', { kind: 'nobody', id: randomUUID(), account_id: accountId, due_at: dueAt });
  expect(await found()).toEqual(['6 settling']);
});

it("7: a row that points to another account's order", async () => {
  await plantRow('inventory', 'timeline', {
    account_id: other.catalog.account.id,
    subject_type: 'line',
    subject_id: randomUUID(),
    order_id: ended.id,
    event: 'moved',
    source: 'user',
  });
  expect(await found()).toEqual(['7 broken']);
});

it('8: an end that is told twice', async () => {
  const [row] = await run('order', 'select max(number) + 1 as number from fact where order_id = $1', [ended.id]);
  const { number } = row as { number: number };
  await plantRow('order', 'fact', {
    account_id: accountId,
    order_id: ended.id,
    number,
    kind: 'manager_told',
    cause_id: ended.id,
    source: 'workflow',
    disposition: 'recorded',
    occurred_at: new Date(),
  });
  expect(await found()).toEqual(['8 broken']);
});

it('9: an unfinished order for which nothing is due', async () => {
  await plantValue('order', 'due', 'kind', `id = '${waiting.id}'`, 'forgotten');
  expect(await found()).toEqual(['9 broken']);
});

it('8: a request whose end is told of another SIM', async () => {
  const told = `event = 'qr_request_ended' and subject_type = 'sim' and subject_id = '${answered.simId}'`;
  await plantValue('inventory', 'timeline', 'subject_id', told, ended.simId);
  expect(await found()).toEqual(['8 broken']);
});

it('9: an open request for a QR code for which nothing is due', async () => {
  await plantValue('inventory', 'due', 'kind', `id = '${open.id}'`, 'forgotten');
  expect(await found()).toEqual(['9 broken']);
});

it('9: services that nobody is to compare', async () => {
  await plantValue('inventory', 'due', 'kind', `kind = 'service_reconciliation' and id = '${accountId}'`, 'forgotten');
  expect(await found()).toEqual(['9 broken']);
});

it('10: a service change that waits for nothing', async () => {
  await plantRow('inventory', 'service_change', {
    account_id: accountId,
    id: randomUUID(),
    sim_id: settled.simId,
    kind: 'migrate',
    state: 'pending',
    requested_by: 'nobody',
    wants: '{}',
    changes: '{}',
    created_at: new Date(),
    idempotency_caller: 'nobody',
    idempotency_key: randomUUID(),
    body_hash: '',
  });
  expect(await found()).toEqual(['10 broken']);
});
