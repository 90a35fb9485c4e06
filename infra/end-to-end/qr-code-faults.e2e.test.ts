import { qrCodeRoutes } from '@simlane/contracts/http/qr-code';
import { qrCodeRequestWorkflowId } from '@simlane/contracts/qr-code-request';
import { connectTemporal } from '@simlane/service-kit/temporal';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { letterWithQrCode, readQrCode } from '../demo/qr-code-file.ts';
import { dueAgain } from './due-again.fixture.ts';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import {
  CONTACTS,
  type Esims,
  freshCode,
  inQrCode,
  type QrCodesOfManager,
  sendThrough,
  startEsims,
  startQrCodes,
  UNDERSTOOD,
} from './qr-code.fixture.ts';
import { signalProcess, whilePaused } from './stack-process.fixture.ts';

const { anna, luc } = CONTACTS;

let manager: Manager;
let qrCodes: QrCodesOfManager;
let esims: Esims;
beforeAll(async () => {
  manager = await startManager();
  qrCodes = startQrCodes(manager);
  esims = await startEsims(manager, 10);
});

const readDownload = async (image: string): Promise<string> => readQrCode(await (await fetch(image)).bytes());

const askToBeTold = (link: string): Promise<Response> => fetch(`${link}/notification`, { method: 'POST' });

describe('a process that is killed in the middle changes nothing:', () => {
  const addresses = (): Record<string, string> => {
    const { services, worker } = inject('stack');
    return { inventory: services.inventory.url, notification: services.notification.url, worker: worker.url };
  };

  /** As an out-of-memory kill would; the supervisor starts it again. */
  const kill = (name: string): void => signalProcess(name, 'SIGKILL');

  /** Again and again until it is answered, as a person would. */
  const answered = <T>(call: () => Promise<T>): Promise<T | undefined> =>
    qrCodes.until(
      () => call().catch(() => undefined),
      (value) => value !== undefined,
    );

  const isBack = (name: string): Promise<unknown> =>
    qrCodes.until(
      () =>
        fetch(`${addresses()[name]}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      (ok) => ok,
    );
  afterEach(async () => {
    for (const name of Object.keys(addresses())) await isBack(name);
    // In its first second a process on a busy machine can be ready and still ask for time.
    await answered(() => manager.api.call(qrCodeRoutes.listRequests, { query: { limit: 1 } }));
  });

  it.each(['worker', 'inventory'])('%s, as the request is made', async (name) => {
    const sim = await esims.fresh();
    const key = randomUUID();
    const make = () => qrCodes.request(sim.id, {}, key);
    const made = make();
    kill(name);
    await made.catch(() => undefined);
    const { id } = (await answered(make)) ?? { id: '' };
    await isBack(name);
    await answered(() => qrCodes.sent(id));
    await answered(() => qrCodes.links(anna.email, sim, 'upload'));
    await answered(() => qrCodes.links(luc.email, sim, 'upload'));
    expect([await qrCodes.mailsTo(anna.email, sim), await qrCodes.mailsTo(luc.email, sim)]).toEqual([1, 1]);
    await qrCodes.cancel(id);
  });

  it.each(['worker', 'inventory'])('%s, before the notification is asked for, and while it is sent', async (name) => {
    const { sim, id, link } = await qrCodes.asked(esims);
    const code = freshCode();
    expect(await sendThrough(link, letterWithQrCode(inQrCode(code)))).toEqual(UNDERSTOOD);
    kill(name);
    expect((await answered(() => askToBeTold(link)))?.status).toBe(200);
    await isBack(name);
    kill(name);
    const [image = ''] = (await answered(() => qrCodes.links(qrCodes.me, sim, 'image'))) ?? [];
    const download = await answered(() => readDownload(image));
    expect(download).toBe(inQrCode(code));
    expect((await qrCodes.getRequest(id)).endReason).toBe('code_imported');
    expect([await qrCodes.mailsTo(anna.email, sim), await qrCodes.mailsTo(qrCodes.me, sim)]).toEqual([1, 1]);
  });
});

describe('a workflow that somebody terminates is started again', () => {
  const { address, namespace } = inject('stack').temporal;
  const { client, close } = connectTemporal({ address, namespace });
  afterAll(close);
  const runOf = (id: string) => client.workflow.getHandle(qrCodeRequestWorkflowId(id));
  const terminate = (id: string) => runOf(id).terminate('because I can');

  it('before its mails are sent', async () => {
    const sim = await esims.fresh();
    const { id } = await whilePaused('worker', async () => {
      const request = await qrCodes.request(sim.id);
      await qrCodes.until(
        () =>
          terminate(request.id).then(
            () => true,
            () => false,
          ),
        (done) => done,
      );
      return request;
    });
    await qrCodes.until(
      async () => {
        await dueAgain(id, 'qrRequest');
        return qrCodes.getRequest(id);
      },
      ({ sentAt }) => sentAt !== null,
    );
    await qrCodes.uploadLink(sim);
    expect(await qrCodes.mailsTo(anna.email, sim)).toBe(1);
    await qrCodes.cancel(id);
  });

  it('while it waits for the code', async () => {
    const { sim, id, link } = await qrCodes.asked(esims);
    await terminate(id);
    expect(await sendThrough(link, freshCode())).toEqual(UNDERSTOOD);
    await askToBeTold(link);
    await qrCodes.links(qrCodes.me, sim, 'page');
    expect(await qrCodes.mailsTo(qrCodes.me, sim)).toBe(1);
  });

  it('while the code is there and nobody has been told', async () => {
    const { sim, id, link } = await qrCodes.asked(esims);
    expect(await sendThrough(link, freshCode())).toEqual(UNDERSTOOD);
    await terminate(id);
    await askToBeTold(link);
    await qrCodes.links(qrCodes.me, sim, 'page');
    expect(await runOf(id).result()).toBe('code_imported');
    expect(await qrCodes.mailsTo(qrCodes.me, sim)).toBe(1);
  });
});
