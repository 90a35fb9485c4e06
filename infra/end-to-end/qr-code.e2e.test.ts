import { qrCodeRoutes } from '@simlane/contracts/http/qr-code';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { linkIn } from '../demo/mailbox.ts';
import { ApiProblem } from '../demo/public-api.ts';
import { letterWithQrCode, pictureOfQrCode, readQrCode } from '../demo/qr-code-file.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import {
  CONTACTS,
  freshCode,
  inQrCode,
  openPage,
  type QrCodesOfManager,
  sendThrough,
  startEsims,
  startQrCodes,
  UNDERSTOOD,
} from './qr-code.fixture.ts';
import { asSuperuser } from './superuser.fixture.ts';

const { anna, luc } = CONTACTS;

let manager: Manager;
let qrCodes: QrCodesOfManager;
let esims: Awaited<ReturnType<typeof startEsims>>;
beforeAll(async () => {
  manager = await startManager();
  qrCodes = startQrCodes(manager);
  esims = await startEsims(manager, 30);
});

const asked = () => qrCodes.asked(esims);
const told = () => qrCodes.told(esims);

/** With what a link is answered: its page and, where something can be sent through it, another code. */
const answersOf = async (link: string): Promise<readonly number[]> => {
  const { status } = await openPage(link);
  return link.includes('qr-uploads') ? [status, (await sendThrough(link, freshCode())).status] : [status];
};
const DEAD = 410;
const isDead = async (link: string): Promise<boolean> => (await answersOf(link)).every((status) => status === DEAD);

describe('a manager asks for a QR code', () => {
  it('and gets one that installs: asked by mail, sent as a PDF, told, downloaded, and read by another decoder', async () => {
    const sim = await esims.fresh();
    const draft = await manager.api.call(qrCodeRoutes.getRequestDraft, { query: { simId: sim.id } });
    expect(draft.recipients.map(({ email }) => email).toSorted()).toEqual([anna.email, luc.email]);
    const copy = 'copy@qr-customer.example';
    const request = await qrCodes.request(sim.id, { cc: [copy] });
    await qrCodes.sent(request.id);

    const link = await qrCodes.uploadLink(sim);
    const french = await qrCodes.uploadLink(sim, luc.email);
    expect(new Set([link, french]).size).toBe(2);
    await qrCodes.until(
      () => qrCodes.lettersOf(copy, sim),
      (letters) => letters.length > 0,
    );
    const [copied] = await qrCodes.lettersOf(copy, sim);
    expect(`${copied?.body.text} ${copied?.body.html}`).not.toContain('/qr-uploads/');

    // Mail scanners look at links before their readers do.
    for (let looks = 0; looks < 10; looks += 1) {
      await fetch(link, { method: 'HEAD' });
      expect((await openPage(link)).status).toBe(200);
    }
    expect((await openPage(link)).html).toContain('<html lang="en"');
    expect((await openPage(french)).html).toContain('<html lang="fr"');

    const code = freshCode();
    expect(await sendThrough(link, letterWithQrCode(inQrCode(code)))).toEqual(UNDERSTOOD);
    const { current, openRequestId, disclosed } = await qrCodes.section(sim.id);
    expect(current).toMatchObject({
      state: 'current',
      source: 'upload_link',
      detail: { fileFormat: 'pdf', warnings: [] },
    });
    expect(openRequestId).toBeNull();
    expect(disclosed?.activationCode).toBe(code);
    expect(await qrCodes.getRequest(request.id)).toMatchObject({ state: 'ended', endReason: 'code_imported' });

    await fetch(`${link}/notification`, { method: 'POST' });
    const [page = ''] = await qrCodes.links(qrCodes.me, sim, 'page');
    const [image = ''] = await qrCodes.links(qrCodes.me, sim, 'image');
    expect((await openPage(page)).status).toBe(200);
    const download = await fetch(image);
    expect(download.headers.get('content-type')).toBe('image/png');
    expect(await readQrCode(await download.bytes())).toBe(inQrCode(code));

    expect(await qrCodes.timeline(request.id)).toEqual([
      'qr_requested',
      'qr_request_sent',
      'qr_code_imported',
      'qr_request_ended',
    ]);
    const counts = await Promise.all(
      [anna.email, luc.email, copy, qrCodes.me].map((email) => qrCodes.mailsTo(email, sim)),
    );
    expect(counts).toEqual([1, 1, 1, 1]);
  });

  it('and files that hold none are refused, each with its own code; the right one is still taken', async () => {
    const { id, sim, link } = await asked();
    const files = [
      [Buffer.from('not a picture'), 415, 'file_format'],
      [await pictureOfQrCode('https://operator.example/activate'), 422, 'not_activation_code'],
      ['LPA:1testsmdp.example$NO-SEPARATOR', 422, 'not_activation_code'],
      [letterWithQrCode('LPA:1$').subarray(0, 200), 422, 'file_broken'],
    ] as const;
    for (const [file, status, code] of files) expect(await sendThrough(link, file)).toMatchObject({ status, code });
    expect((await qrCodes.section(sim.id)).current).toBeNull();
    expect(await sendThrough(link, await pictureOfQrCode(inQrCode(freshCode())))).toEqual(UNDERSTOOD);
    expect((await qrCodes.timeline(id)).filter((event) => event === 'qr_file_refused')).toHaveLength(files.length);
  });

  it('and one of an address that the provider is not known to use waits for a user, whose refusal is mailed', async () => {
    const { sim, link } = await asked();
    expect(await sendThrough(link, freshCode('rsp.elsewhere.example'))).toMatchObject({
      status: 200,
      state: 'waiting',
    });
    expect(await qrCodes.section(sim.id)).toMatchObject({ current: null, waiting: { state: 'waiting' } });
    const decide = async (decision: { accept: boolean; reason?: string }) => {
      const { waiting } = await qrCodes.section(sim.id);
      const body = { ...decision, qrCodeId: waiting?.id ?? '' };
      return manager.api.call(qrCodeRoutes.decideOnQrCode, { params: { id: sim.id }, body });
    };
    await decide({ accept: false, reason: 'This is the code of another operator' });
    const letters = await qrCodes.until(
      () => qrCodes.lettersOf(anna.email, sim),
      ({ length }) => length > 1,
    );
    expect(letters.at(-1)?.body.text).toContain('This is the code of another operator');
    expect(linkIn(letters.at(-1) ?? letters[0]!, 'upload')).toBe(link);
    await sendThrough(link, freshCode('rsp.elsewhere.example'));
    expect((await decide({ accept: true })).current?.state).toBe('current');
    expect(await isDead(await qrCodes.uploadLink(sim, luc.email))).toBe(true);
  });

  it('and of fifty uploads at once through one link one is the code', async () => {
    const { sim, id, link } = await asked();
    const answers = await Promise.all(Array.from({ length: 50 }, () => sendThrough(link, freshCode())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![200, 410, 429].includes(status))).toEqual([]);
    const { items } = await manager.api.call(qrCodeRoutes.listQrCodes, { params: { id: sim.id }, query: {} });
    expect(items).toHaveLength(1);
    expect((await qrCodes.timeline(id)).filter((event) => event === 'qr_request_ended')).toHaveLength(1);
  });
});

describe('a link is dead', () => {
  it('when its request is cancelled', async () => {
    const { id, link } = await asked();
    await qrCodes.cancel(id);
    expect(await isDead(link)).toBe(true);
  });

  it('when its request was sent again: the new ones work', async () => {
    const { sim, id, link } = await asked();
    await qrCodes.resend(id);
    await qrCodes.sent(id, 2);
    const newer = (await qrCodes.links(anna.email, sim, 'upload', 2)).at(-1) ?? '';
    expect(newer).not.toBe(link);
    expect(await isDead(link)).toBe(true);
    expect(await sendThrough(newer, freshCode())).toEqual(UNDERSTOOD);
  });

  it('when what it was for is done: its sender still sees that, and can send nothing more', async () => {
    const { link } = await told();
    expect((await openPage(link)).status).toBe(200);
    expect(await sendThrough(link, freshCode())).toMatchObject({ status: 410, code: 'link_dead' });
  });

  it('when it has expired', async () => {
    const { link, page } = await told();
    for (const expired of [link, page]) {
      const linkId = Buffer.from(expired.split('/').at(-1) ?? '', 'base64url')
        .subarray(16, 32)
        .toString('hex');
      await asSuperuser('inventory', `update qr_link set expires_at = now() - interval '1 minute' where id = $1`, [
        linkId,
      ]);
      expect(await isDead(expired)).toBe(true);
    }
  });

  it('when it was revoked, or the SIM has another code by now', async () => {
    const revoked = await told();
    const { disclosed } = await qrCodes.section(revoked.sim.id);
    const params = { id: revoked.sim.id, linkId: disclosed?.links[0]?.id ?? '' };
    await manager.api.call(qrCodeRoutes.revokeLink, { params });
    expect(await isDead(revoked.page)).toBe(true);

    const replaced = await told();
    const body = { activationCode: freshCode() };
    await manager.api.call(qrCodeRoutes.importQrCode, { params: { id: replaced.sim.id }, body });
    expect(await isDead(replaced.page)).toBe(true);
    expect(await isDead(`${replaced.page}/image.png`)).toBe(true);
  });

  it('when it is guessed, changed in one place, or of the other kind', async () => {
    const { link, page } = await told();
    const token = page.split('/').at(-1) ?? '';
    const changed = `${token.slice(0, 50)}${token[50] === 'A' ? 'B' : 'A'}${token.slice(51)}`;
    const foreign = link.split('/').at(-1) ?? '';
    const inventory = inject('stack').services.inventory.url;
    const account = Buffer.from(exampleAccounts()[1].id.replaceAll('-', ''), 'hex');
    const rest = Buffer.from(token, 'base64url').subarray(account.length);
    const ofAnotherAccount = Buffer.concat([account, rest]).toString('base64url');
    for (const guess of [changed, foreign, ofAnotherAccount, 'A'.repeat(64), 'short', `${token}A`]) {
      expect([guess.length, (await openPage(`${inventory}/inventory/v1/qr-codes/${guess}`)).status]).toEqual([
        guess.length,
        410,
      ]);
    }
    expect((await openPage(`${inventory}/inventory/v1/qr-uploads/${token}`)).status).toBe(410);
  });
});

it('a SIM has one open request at a time, and a manager without the action in his profile makes none', async () => {
  const { sim, id } = await asked();
  const limited = startQrCodes(await startManager('manager-limited'));
  const codes = [qrCodes.request(sim.id), limited.request((await esims.fresh()).id)].map((call) =>
    call.then(
      () => 'made',
      (error: unknown) => (error instanceof ApiProblem ? error.problem?.code : error),
    ),
  );
  expect(await Promise.all(codes)).toEqual(['qr_request_open', 'action_not_available']);
  await qrCodes.cancel(id);
});
