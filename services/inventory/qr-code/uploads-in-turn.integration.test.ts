import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { UPLOAD_TIMEOUT_MS } from '@simlane/service-kit/server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addLine } from '../fleet.fixture.ts';
import { type Inventory, KNOWN_SMDP_ADDRESS, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const BOUNDARY = 'form-boundary';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, accept: 'application/json' };
const field = (value: string) =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="activationCode"\r\n\r\n${value}\r\n--${BOUNDARY}--\r\n`;
const newCode = () => `LPA:1$${KNOWN_SMDP_ADDRESS}$${randomUUID().slice(0, 13).toUpperCase()}`;

/** The upload link of a new request of the account. */
const newLink = async (accountId: string): Promise<string> => {
  const { simId } = await addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
  const made = await inventory.call<{ request: { id: string } }>(
    { accountId },
    'POST',
    '/qr-requests',
    { simId },
    { 'idempotency-key': randomUUID() },
  );
  const { body } = await inventory.internal<{ messages: { recipients: { linkId: string }[] }[] }>({
    method: 'GET',
    path: `/qr-requests/${made.body.request.id}/steps/mail_request/mails`,
    accountId,
    service: 'worker',
  });
  const linkId = body.messages[0]?.recipients[0]?.linkId ?? '';
  return `/inventory/v1/qr-uploads/${inventory.links.tokenOf('qr_upload', { accountId, linkId })}`;
};

const send = (url: string, payload: string | PassThrough) =>
  inventory.app.public.inject({ method: 'POST', url, headers: FORM, payload });

it('one upload at a time is taken in through a link, before its file is read; other links do not notice', async () => {
  const accountId = randomUUID();
  const [link, other] = [await newLink(accountId), await newLink(accountId)];
  const slow = new PassThrough();
  const sending = send(link, slow);
  const refused = await vi.waitFor(async () => {
    const answer = await send(link, field(''));
    expect(answer.statusCode).toBe(429);
    return answer;
  });
  expect(refused.json()).toMatchObject({ code: 'rate_limited' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await send(other, field(newCode()))).statusCode).toBe(200);
  slow.end(field(newCode()));
  expect((await sending).statusCode).toBe(200);
});

it('an upload has the time of a slow uplink to arrive', () => {
  expect(inventory.app.public.server.requestTimeout).toBe(UPLOAD_TIMEOUT_MS);
});
