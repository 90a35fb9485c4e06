import { randomUUID } from 'node:crypto';
import type { QrRequest, SimQrCode } from '@simlane/contracts/http/qr-code';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLine } from '../fleet.fixture.ts';
import { CONTACT, type Inventory, KNOWN_SMDP_ADDRESS, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const newCode = (address = KNOWN_SMDP_ADDRESS): string => `LPA:1$${address}$${randomUUID().slice(0, 13).toUpperCase()}`;

const esim = async (accountId: string) => addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
const manager = (accountId: string) => ({ accountId, sub: 'manager-1', roles: ['manager'] as const });
const importText = (accountId: string, simId: string, activationCode: string, more: object = {}) =>
  inventory.call<SimQrCode>(manager(accountId), 'PUT', `/sims/${simId}/qr-code`, { activationCode, ...more });
const section = (accountId: string, simId: string, roles: readonly ('viewer' | 'manager')[] = ['manager']) =>
  inventory.call<SimQrCode>({ accountId, roles }, 'GET', `/sims/${simId}/qr-code`);
const request = (accountId: string, simId: string, more: object = {}, key: string = randomUUID()) =>
  inventory.call<{ message: string; request: QrRequest }>(
    manager(accountId),
    'POST',
    '/qr-requests',
    { simId, ...more },
    { 'idempotency-key': key },
  );

/** The link of the request's newest sending, as the contact has it in his mail. */
const uploadLink = async (accountId: string, requestId: string): Promise<string> => {
  const { body } = await inventory.internal<{ messages: { recipients: { linkId: string | null }[] }[] }>({
    method: 'GET',
    path: `/qr-requests/${requestId}/steps/mail_request/mails`,
    accountId,
    service: 'worker',
  });
  const linkId = body.messages[0]?.recipients[0]?.linkId;
  if (linkId == null) throw new Error('the request has no mail with a link');
  return `/inventory/v1/qr-uploads/${inventory.links.tokenOf('qr_upload', { accountId, linkId })}`;
};

const form = (fields: { file?: string; activationCode?: string; confirmationCodeRequired?: string }) => {
  const boundary = 'form-boundary';
  const parts = Object.entries(fields).map(([name, value]) =>
    name === 'file'
      ? `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="../../x.png"\r\ncontent-type: image/png\r\n\r\n${value}\r\n`
      : `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: `${parts.join('')}--${boundary}--\r\n`,
  };
};

const upload = async (url: string, fields: Parameters<typeof form>[0], accept = 'application/json') => {
  const { headers, payload } = form(fields);
  const answer = await inventory.app.public.inject({
    method: 'POST',
    url,
    headers: { ...headers, accept },
    payload,
  });
  return { status: answer.statusCode, text: answer.body, headers: answer.headers };
};

describe('the QR code section of a SIM', () => {
  it('is empty with the accepted formats, and filled after an import', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    expect((await section(accountId, simId)).body).toMatchObject({
      acceptedFormats: ['PNG', 'JPG/JPEG', 'SVG', 'TIFF', 'PDF'],
      current: null,
      disclosed: null,
    });
    const code = newCode();
    const { status, body } = await importText(accountId, simId, ` ${code.toLowerCase().replace('lpa', 'Lpa')}\n`);
    expect(status).toBe(200);
    expect(body.current).toMatchObject({ state: 'current', source: 'user' });
    expect(body.disclosed?.installLinks.apple).toContain('carddata=LPA%3A1%24');
    expect(body.current?.detail?.warnings.map((warning) => warning.code)).toEqual(['matching_id_lower_case']);
  });

  it('shows viewers states and dates only', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    await importText(accountId, simId, newCode());
    const { body } = await section(accountId, simId, ['viewer']);
    expect(body.current).toMatchObject({ state: 'current', detail: null });
    expect(body).toMatchObject({ disclosed: null, notification: null });
    expect(await inventory.call({ accountId, roles: ['viewer'] }, 'GET', `/sims/${simId}/qr-code/image`)).toMatchObject(
      {
        status: 403,
      },
    );
  });

  it('has each disclosure on the timeline of the SIM, without the code', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const lastFour = 'WXYZ';
    const code = `${newCode('smdp.elsewhere.example')}-${lastFour}`;
    await importText(accountId, simId, code, { acceptWarnings: ['smdp_address_unknown'] });
    await section(accountId, simId);
    const timeline = await inventory.call<{ items: { event: string }[] }>(
      manager(accountId),
      'GET',
      `/sims/${simId}/timeline`,
    );
    expect(timeline.body.items.map(({ event }) => event)).toEqual(['qr_code_imported', 'qr_code_disclosed']);
    for (const secret of [code.slice('LPA:'.length), lastFour, 'smdp.elsewhere.example', 'smdp_address_unknown']) {
      expect(JSON.stringify(timeline.body)).not.toContain(secret);
    }
  });

  it('is there for eSIMs only, and not for foreign ones', async () => {
    const accountId = randomUUID();
    const { simId: physical } = await addLine(inventory.db, accountId);
    expect((await section(accountId, physical)).problem.code).toBe('sim_state');
    expect((await importText(accountId, physical, newCode())).problem.code).toBe('sim_state');
    const { simId } = await esim(accountId);
    expect((await section(randomUUID(), simId)).status).toBe(404);
  });
});

describe('an import by a user', () => {
  it('replaces the code that was there, which is history; the same again changes nothing', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const [first, second] = [newCode(), newCode()];
    await importText(accountId, simId, first);
    const replaced = await importText(accountId, simId, second);
    const again = await importText(accountId, simId, second.toLowerCase());
    expect(again.body.current?.id).toBe(replaced.body.current?.id);
    const history = await inventory.call<{ items: { state: string }[] }>(
      manager(accountId),
      'GET',
      `/sims/${simId}/qr-codes`,
    );
    expect(history.body.items.map(({ state }) => state)).toEqual(['current', 'history']);
  });

  it('needs the warnings accepted: an address that the provider is not known to use', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const code = newCode('smdp.elsewhere.example');
    const refused = await importText(accountId, simId, code);
    expect(refused.problem).toMatchObject({ status: 422, code: 'warnings_not_accepted' });
    expect(refused.problem.warnings?.map((warning) => warning.code)).toEqual(['smdp_address_unknown']);
    const accepted = await importText(accountId, simId, code, { acceptWarnings: ['smdp_address_unknown'] });
    expect(accepted.status).toBe(200);
  });

  it('refuses a code that another SIM in use has, whatever its letter case, until that SIM is discarded', async () => {
    const accountId = randomUUID();
    const [one, other] = [await esim(accountId), await esim(accountId)];
    const code = newCode();
    await importText(accountId, one.simId, code);
    expect((await importText(accountId, other.simId, code.toLowerCase())).problem.code).toBe('activation_code_in_use');
    expect((await importText(randomUUID(), other.simId, code)).status).toBe(404);
  });

  it('refuses what is no activation code, and says what it is', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const { problem } = await importText(accountId, simId, 'https://example.com/esim');
    expect(problem).toMatchObject({ status: 422, code: 'not_activation_code' });
    expect(problem.detail).toContain('it opens a web page; the eSIM code begins with LPA:1$');
  });

  it('of a file keeps the original sealed, and gives it back only as a download', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const code = newCode();
    const token = await inventory.issuer.userToken({ accountId, roles: ['manager'] });
    const { headers, payload } = form({ file: code });
    const answer = await inventory.app.public.inject({
      method: 'PUT',
      url: `/inventory/v1/sims/${simId}/qr-code`,
      headers: { ...headers, authorization: `Bearer ${token}` },
      payload,
    });
    expect(answer.statusCode).toBe(200);
    const objects = [...inventory.originals.objects.values()].map((object) => object.toString('utf8'));
    expect(objects.join()).not.toContain(code.slice('LPA:'.length));
    const original = await inventory.app.public.inject({
      method: 'GET',
      url: `/inventory/v1/sims/${simId}/qr-code/original`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(original.body).toBe(code);
    expect(original.headers['content-disposition']).toBe('attachment; filename="original.png"');
    expect(original.headers['content-type']).toBe('application/octet-stream');
  });

  it('stores nothing while the store of files is away, and takes the same file afterwards', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const token = await inventory.issuer.userToken({ accountId, roles: ['manager'] });
    const send = () => {
      const { headers, payload } = form({ file: code });
      return inventory.app.public.inject({
        method: 'PUT',
        url: `/inventory/v1/sims/${simId}/qr-code`,
        headers: { ...headers, authorization: `Bearer ${token}` },
        payload,
      });
    };
    const code = newCode();
    inventory.originals.state.away = true;
    const refused = await send();
    inventory.originals.state.away = false;
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toBeDefined();
    expect((await section(accountId, simId)).body.current).toBeNull();
    expect((await send()).statusCode).toBe(200);
  });
});

describe('a request', () => {
  it('is drafted with everybody who has the role and a message in each language, and made with "The request has been made."', async () => {
    const accountId = randomUUID();
    const { simId, msisdn } = await esim(accountId);
    const draft = await inventory.call<{ recipients: { contactId: string }[]; messages: { fr?: { text: string } } }>(
      manager(accountId),
      'GET',
      `/qr-requests/draft?simId=${simId}`,
    );
    expect(draft.body.recipients.map(({ contactId }) => contactId)).toEqual([CONTACT.id]);
    expect(draft.body.messages.fr?.text).toContain(msisdn);
    const key = randomUUID();
    const made = await request(accountId, simId, { cc: ['boss@calder.example'] }, key);
    expect(made).toMatchObject({ status: 201, body: { message: 'The request has been made.' } });
    expect((await request(accountId, simId, { cc: ['boss@calder.example'] }, key)).body.request.id).toBe(
      made.body.request.id,
    );
    expect((await request(accountId, simId)).problem.code).toBe('qr_request_open');
    expect((await request(accountId, simId, { cc: [] }, key)).problem.code).toBe('idempotency_key_reused');
  });

  it('takes at least one recipient, who has the role, and CC addresses that are some', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    expect((await request(accountId, simId, { contactIds: [] })).status).toBe(400);
    expect((await request(accountId, simId, { contactIds: [randomUUID()] })).problem.code).toBe(
      'recipient_not_eligible',
    );
    expect((await request(accountId, simId, { cc: ['not an address'] })).status).toBe(400);
  });

  it('ends with a code that comes through its link, which is dead then for another one', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const made = await request(accountId, simId);
    const link = await uploadLink(accountId, made.body.request.id);
    const page = await inventory.app.public.inject({ method: 'GET', url: link, headers: { accept: 'text/html' } });
    expect(page.statusCode).toBe(200);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const code = newCode();
    const sent = await upload(link, { file: code });
    expect(sent).toMatchObject({ status: 200 });
    // A browser sends again what it has not heard the answer of.
    expect(await upload(link, { file: code })).toMatchObject({ status: 200 });
    expect(JSON.parse(sent.text)).toMatchObject({ is: 'understood', notification: { sentAt: null } });
    expect((await section(accountId, simId)).body).toMatchObject({
      current: { source: 'upload_link', detail: { importedBy: { id: CONTACT.id } } },
      openRequestId: null,
    });
    expect((await upload(link, { file: newCode() })).status).toBe(410);
    const ended = await inventory.call<QrRequest>(manager(accountId), 'GET', `/qr-requests/${made.body.request.id}`);
    expect(ended.body).toMatchObject({ state: 'ended', endReason: 'code_imported' });
  });

  it('ends also with the code that the SIM has, sent through its link: nobody is asked for it again', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const code = newCode();
    const { body: before } = await importText(accountId, simId, code);
    const made = await request(accountId, simId);
    const link = await uploadLink(accountId, made.body.request.id);
    const sent = await upload(link, { file: code });
    expect(sent.status).toBe(200);
    expect(JSON.parse(sent.text)).toMatchObject({ is: 'understood', notification: { sentAt: null } });
    expect((await upload(link, { file: code })).status).toBe(200);
    expect((await section(accountId, simId)).body).toMatchObject({
      current: { id: before.current?.id, source: 'user' },
      openRequestId: null,
    });
    await importText(accountId, simId, newCode());
    expect((await upload(link, { file: code })).status).toBe(410);
  });

  it('tells whoever asked of the code by which another one took its place within 15 minutes', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const made = await request(accountId, simId);
    const link = await uploadLink(accountId, made.body.request.id);
    await upload(link, { file: newCode() });
    await importText(accountId, simId, newCode());
    // 16 minutes later.
    await inAccount(inventory.db, accountId, async (tx) => {
      await sql`update qr_request set ended_at = ended_at - interval '16 minutes'`.execute(tx);
      await sql`update qr_code set imported_at = imported_at - interval '16 minutes'`.execute(tx);
    });
    const claim = await inventory.internal<{ owed: string }>({
      method: 'GET',
      path: `/qr-requests/${made.body.request.id}/claim`,
      accountId,
      service: 'worker',
    });
    expect(claim.body.owed).toBe('mail_notification');
  });

  it('that is sent again goes to the addresses that the contacts have by then', async () => {
    const accountId = randomUUID();
    const { simId, distributorId } = await esim(accountId);
    const made = await request(accountId, simId);
    const corrected = { ...CONTACT, email: 'c.laurent@simhaus.example', roles: [...CONTACT.roles] };
    inventory.catalog.requests.set(distributorId, { contacts: [corrected] });
    const again = await inventory.call<QrRequest>(
      manager(accountId),
      'POST',
      `/qr-requests/${made.body.request.id}/resend`,
      undefined,
      { 'idempotency-key': randomUUID() },
    );
    expect(again.body.recipients).toMatchObject([{ contactId: CONTACT.id, email: corrected.email, language: 'fr' }]);
  });

  it('takes one of fifty uploads at once', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const made = await request(accountId, simId);
    const link = await uploadLink(accountId, made.body.request.id);
    const answers = await Promise.all(Array.from({ length: 50 }, () => upload(link, { activationCode: newCode() })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![200, 410, 429].includes(status))).toEqual([]);
  });

  it('waits for a user where the address is not known, and neither replaces nor ends anything until then', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const made = await request(accountId, simId);
    const link = await uploadLink(accountId, made.body.request.id);
    const sent = await upload(link, { activationCode: newCode('smdp.elsewhere.example') });
    expect(JSON.parse(sent.text)).toMatchObject({ is: 'waiting' });
    expect((await section(accountId, simId)).body).toMatchObject({
      current: null,
      waiting: { state: 'waiting' },
      openRequestId: made.body.request.id,
    });
    const waiting = async () => (await section(accountId, simId)).body.waiting?.id ?? randomUUID();
    const decide = async (body: object, qrCodeId?: string) =>
      inventory.call<SimQrCode>(manager(accountId), 'POST', `/sims/${simId}/qr-code/acceptance`, {
        qrCodeId: qrCodeId ?? (await waiting()),
        ...body,
      });
    expect((await decide({ accept: false })).problem.code).toBe('reason_required');
    expect((await decide({ accept: false, reason: 'not ours' })).body.waiting).toBeNull();
    const claim = await inventory.internal<{ owed: string }>({
      method: 'GET',
      path: `/qr-requests/${made.body.request.id}/claim`,
      accountId,
      service: 'worker',
    });
    expect(claim.body.owed).toBe('mail_refusal');
    await upload(link, { activationCode: newCode('smdp.elsewhere.example') });
    const seen = await waiting();
    await upload(link, { activationCode: newCode('smdp.third.example') });
    expect((await decide({ accept: true }, seen)).problem.code).toBe('qr_code_state');
    const accepted = await waiting();
    expect((await decide({ accept: true }, accepted)).body.current).toMatchObject({ id: accepted, state: 'current' });
    expect((await decide({ accept: true }, accepted)).status).toBe(200);
    expect((await decide({ accept: false, reason: 'not ours' }, accepted)).problem.code).toBe('qr_code_state');
    expect((await decide({ accept: true })).problem.code).toBe('qr_code_state');
  });

  it('answers every dead link alike: cancelled, sent again, guessed, of a contact who lost the role', async () => {
    const accountId = randomUUID();
    const { simId, distributorId } = await esim(accountId);
    const made = await request(accountId, simId);
    const first = await uploadLink(accountId, made.body.request.id);
    const statusOf = async (url: string) => (await inventory.app.public.inject({ method: 'GET', url })).statusCode;
    await inventory.call(manager(accountId), 'POST', `/qr-requests/${made.body.request.id}/resend`, undefined, {
      'idempotency-key': randomUUID(),
    });
    const second = await uploadLink(accountId, made.body.request.id);
    expect([await statusOf(first), await statusOf(second)]).toEqual([410, 200]);
    inventory.catalog.requests.set(distributorId, { contacts: [] });
    expect(await statusOf(second)).toBe(410);
    inventory.catalog.requests.delete(distributorId);
    await inventory.call(manager(accountId), 'POST', `/qr-requests/${made.body.request.id}/cancellation`);
    expect(await statusOf(second)).toBe(410);
    expect(await statusOf(`/inventory/v1/qr-uploads/${'A'.repeat(64)}`)).toBe(410);
    expect(await statusOf(second.replace('qr-uploads', 'qr-codes'))).toBe(410);
  });
});

describe('a notification', () => {
  it('has a link that shows the code, counts its uses, and is dead when it is revoked or the code replaced', async () => {
    const accountId = randomUUID();
    const { simId } = await esim(accountId);
    const code = newCode();
    await importText(accountId, simId, code);
    const to = { name: 'Nora Field', email: 'nora@calder.example', language: 'en' };
    const notify = () =>
      inventory.call<SimQrCode>(
        manager(accountId),
        'POST',
        `/sims/${simId}/qr-code/notifications`,
        { to },
        {
          'idempotency-key': randomUUID(),
        },
      );
    const { status, body } = await notify();
    expect(status).toBe(202);
    const linkId = body.disclosed?.links[0]?.id ?? '';
    const url = `/inventory/v1/qr-codes/${inventory.links.tokenOf('qr_download', { accountId, linkId })}`;
    const page = await inventory.app.public.inject({ method: 'GET', url, headers: { accept: 'text/html' } });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(code.slice('LPA:'.length));
    expect((await section(accountId, simId)).body.disclosed?.links[0]).toMatchObject({ uses: 1 });
    await inventory.call(manager(accountId), 'POST', `/sims/${simId}/qr-code/links/${linkId}/revocation`);
    expect((await inventory.app.public.inject({ method: 'GET', url })).statusCode).toBe(410);
  });
});
