import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { qrCodeRoutes } from '@simlane/contracts/http/qr-code';
import { connectTemporal } from '@simlane/service-kit/temporal';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { readMails } from '../demo/mailbox.ts';
import { letterWithQrCode, pictureOfQrCode } from '../demo/qr-code-file.ts';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import { everythingKept, leaksIn, logFolderOf, mailsOf, type Place, unsealedIn } from './leaks.fixture.ts';
import {
  CODE_MARK,
  CONTACTS,
  freshCode,
  inQrCode,
  openPage,
  sendThrough,
  startEsims,
  startQrCodes,
} from './qr-code.fixture.ts';
import { asSuperuser } from './superuser.fixture.ts';

let manager: Manager;
/** The tokens of all links that were mailed. */
let tokens: Map<string, string>;

/** What the searches below look through. */
it('a code takes every way in and out that there is', async () => {
  manager = await startManager();
  const qrCodes = startQrCodes(manager);
  const esims = await startEsims(manager, 4);

  const { link, page, sim } = await qrCodes.told(esims);
  await openPage(link);
  await openPage(page);
  await fetch(`${page}/image.png`);
  const shown = await qrCodes.section(sim.id);
  expect(shown.disclosed?.activationCode).toContain(CODE_MARK);
  for (const query of [{ format: 'png' }, { format: 'svg' }] as const) {
    await manager.api.call(qrCodeRoutes.getQrCodeImage, { params: { id: sim.id }, query }).catch(() => undefined);
  }

  const asAPdf = await qrCodes.asked(esims);
  await sendThrough(asAPdf.link, letterWithQrCode(inQrCode(freshCode('rsp.elsewhere.example'))));
  const { waiting } = await qrCodes.section(asAPdf.sim.id);
  const body = { accept: false, reason: 'Not the right one', qrCodeId: waiting?.id ?? '' };
  await manager.api.call(qrCodeRoutes.decideOnQrCode, { params: { id: asAPdf.sim.id }, body });
  await sendThrough(asAPdf.link, await pictureOfQrCode(inQrCode(freshCode())));

  // Refused, each for another reason: what is wrong with a code is said without it.
  const refused = await qrCodes.asked(esims);
  const { activationCode = '' } = shown.disclosed ?? {};
  for (const text of [activationCode, `${activationCode}$oid$1`, `1$nowhere$${CODE_MARK}1`, `${CODE_MARK}2`]) {
    expect((await sendThrough(refused.link, text)).status).toBe(422);
  }
  const unknown = { activationCode: freshCode('rsp.elsewhere.example') };
  const params = { id: refused.sim.id };
  await manager.api.call(qrCodeRoutes.importQrCode, { params, body: unknown }).catch(() => undefined);
  await qrCodes.resend(refused.id);
  await qrCodes.cancel(refused.id);

  tokens = new Map();
  for (const { to, body: written } of await readMails(inject('stack').ses.mailboxUrl)) {
    for (const [, token = ''] of written.text.matchAll(/\/qr-(?:uploads|codes)\/([\w-]+)/g))
      tokens.set(token, to.join());
  }
  expect(tokens.size).toBeGreaterThan(6);
});

/** The part of a token that only its maker knows; the ids before it stand in many places. */
const signatureOf = (token: string): string => token.slice(-21);

describe('after requests, uploads, refusals and downloads', () => {
  it('no activation code stands in a database, an object, a history, a log or a mail, as text or as a picture', async () => {
    expect(await leaksIn(everythingKept(inject('stack')), [CODE_MARK])).toEqual([]);
    expect(await leaksIn(mailsOf(inject('stack')), [CODE_MARK])).toEqual([]);
    expect(await unsealedIn(inject('stack'))).toEqual([]);
  });

  it('the token of a link stands nowhere but in mails to whom it is for', async () => {
    const secrets = [...tokens.keys()].map(signatureOf);
    expect(await leaksIn(everythingKept(inject('stack')), secrets)).toEqual([]);
    const mails = await readMails(inject('stack').ses.mailboxUrl);
    for (const { to, body } of mails) {
      const held = [...tokens].filter(([token]) => body.text.includes(token) || body.html.includes(token));
      expect(held.map(([, owner]) => owner)).toEqual(held.map(() => to.join()));
    }
    const copies = mails.filter(({ subject, to }) => subject.includes('QR') && !isContact(to));
    expect(await leaksIn(copies.map(asPlace), ['/qr-uploads/'])).toEqual([]);
  });
});

const isContact = (to: readonly string[]): boolean =>
  [...Object.values(CONTACTS).map(({ email }) => email), 'corvane.example'].some((email) => to.join().includes(email));

const asPlace = ({ id, body }: { id: string; body: { text: string; html: string } }): Place => ({
  where: `mail ${id}`,
  bytes: Buffer.from(`${body.text}\n${body.html}`),
});

describe('a code that has leaked is found', () => {
  const PLANTED = `PLANTED-${randomUUID().toUpperCase()}`;
  const repairs: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const repair of repairs) await repair();
  });
  const found = () => leaksIn(everythingKept(inject('stack')), [PLANTED]);
  const inPictures = () => pictureOfQrCode(`LPA:1$rsp.example.com$${PLANTED}`);

  it('in a column of a database, in an object, a log and a history', async () => {
    const stack = inject('stack');
    const [row] = await asSuperuser('inventory', `select id, reason from timeline limit 1`, []);
    const { id, reason } = row as { id: string; reason: string | null };
    repairs.push(() => asSuperuser('inventory', 'update timeline set reason = $1 where id = $2', [reason, id]));
    await asSuperuser('inventory', 'update timeline set reason = $1 where id = $2', [`see ${PLANTED}`, id]);

    const { endpoint, region, bucket: Bucket, accessKeyId, secretAccessKey } = stack.s3;
    const s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    const Key = 'planted';
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: await inPictures() }));
    repairs.push(() => s3.send(new DeleteObjectCommand({ Bucket, Key })));

    const file = path.join(logFolderOf(stack), 'planted.log');
    const encoded = Buffer.from(`{"url":"/${PLANTED}"}`).toString('base64');
    await writeFile(file, `{"msg":"${encoded}"}\n`);
    repairs.push(() => rm(file));

    const { client, close } = connectTemporal(stack.temporal);
    const workflowId = 'planted';
    const run = await client.workflow.start('planted', { workflowId, taskQueue: 'nobody', args: [{ code: PLANTED }] });
    await run.terminate();
    repairs.push(close);

    // The list of workflows is a moment behind.
    await manager.until(async () => (await found()).includes(`workflow ${workflowId}`));
    expect((await found()).toSorted()).toEqual([
      'inventory: public.timeline',
      'log planted.log',
      'object planted',
      `workflow ${workflowId}`,
    ]);
    expect(await unsealedIn(stack)).toEqual(['object planted']);
  });

  it('in a mail, in each form that it can have', async () => {
    const picture = `data:image/png;base64,${(await inPictures()).toString('base64')}`;
    const forms = [
      PLANTED,
      PLANTED.toLowerCase(),
      encodeURIComponent(PLANTED),
      Buffer.from(PLANTED).toString('hex'),
      ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${PLANTED} and so on`).toString('base64')),
      `<img src="${picture}">`,
    ];
    const places = forms.map((form, index) => ({ where: String(index), bytes: Buffer.from(`before ${form} after`) }));
    expect(await leaksIn(places, [PLANTED])).toEqual(forms.map((_form, index) => String(index)));
    expect(await leaksIn([{ where: 'nothing', bytes: Buffer.from('PLANTED') }], [PLANTED])).toEqual([]);
  });
});
