import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createDueLoop, type DueLoop } from '@simlane/service-kit/due-loop';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDeliveryHandler } from './delivery.service.ts';
import { DELIVERY } from './delivery.ts';
import {
  ALICE,
  aBody,
  BENOIT,
  MAIL_FROM,
  mails,
  silent,
  startTestNotification,
  type TestNotification,
} from './notification.fixture.ts';
import { createSesEmailSender } from './ses-email-sender.ts';

/** Far below the real one, so that a test of it takes no 10 s. */
const TEST_TIMEOUT_MS = 300;
/** It answers within a second where nothing else runs. */
const SES_START_MS = 15_000;

const credentials = { region: 'eu-west-1', accessKeyId: 'test', secretAccessKey: 'test' };
const mail = {
  from: MAIL_FROM,
  to: ALICE.email,
  raw: Buffer.from(`From: ${MAIL_FROM}\r\nTo: ${ALICE.email}\r\nSubject: Test\r\n\r\nHello\r\n`),
  tags: { accountId: randomUUID(), messageId: randomUUID(), recipientId: randomUUID() },
};

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('mails through a real SES endpoint', () => {
  let ses: ChildProcess;
  let endpoint: string;
  let notification: TestNotification;
  let loop: DueLoop;
  let sender: ReturnType<typeof createSesEmailSender>;

  beforeAll(async () => {
    const probe = createServer();
    endpoint = await listen(probe);
    probe.close();
    const command = fileURLToPath(import.meta.resolve('aws-ses-v2-local').replace(/index\.js$/, 'cli.js'));
    ses = spawn(process.execPath, [command, '--host', '127.0.0.1', '--port', new URL(endpoint).port], {
      stdio: 'ignore',
    });
    // Rejects until it listens.
    await vi.waitFor(() => fetch(`${endpoint}/health-check`), { timeout: SES_START_MS });

    notification = await startTestNotification(() => loop.kick());
    sender = createSesEmailSender({ ...credentials, endpoint });
    const { db } = notification.database;
    const deliver = createDeliveryHandler({ db, logger: silent, sender, mails });
    loop = createDueLoop({ db, logger: silent, handlers: { [DELIVERY]: deliver } });
    loop.start();
  });
  afterAll(async () => {
    await loop?.stop();
    sender?.close();
    await notification?.stop();
    ses?.kill();
  });

  interface StoredMail {
    readonly messageId: string;
    readonly from: string;
    readonly subject: string;
    readonly destination: {
      readonly to: readonly string[];
      readonly cc: readonly string[];
      readonly bcc: readonly string[];
    };
    readonly body: { readonly html: string; readonly text: string };
  }
  const mailbox = async (): Promise<StoredMail[]> => {
    const { emails } = (await (await fetch(`${endpoint}/store`)).json()) as { emails: StoredMail[] };
    return emails;
  };

  it('arrive once at each recipient, in their language, escaped', async () => {
    const [accountId, messageId] = [randomUUID(), randomUUID()];
    const mallory = { ...BENOIT, name: 'Benoît <script>alert(1)</script>' };
    const body = aBody({}, [ALICE, mallory]);
    expect((await notification.put(accountId, messageId, body)).status).toBe(202);
    expect((await notification.put(accountId, messageId, body)).status).toBe(202);

    const url = `/notifications/v1/messages/${messageId}`;
    const recipients = async () => (await notification.get(accountId, url)).body.recipients;
    await expect
      .poll(async () => (await recipients()).map(({ state }: { state: string }) => state), { timeout: 10_000 })
      .toEqual(['sent', 'sent']);

    const arrived = await mailbox();
    expect(arrived).toHaveLength(2);
    const [toAlice, toBenoit] = [ALICE, BENOIT].map(({ email }) =>
      arrived.find(({ destination }) => destination.to.some((to) => to.includes(email))),
    );
    for (const one of arrived) {
      expect(one.from).toContain(MAIL_FROM);
      expect([one.destination.to.length, one.destination.cc, one.destination.bcc]).toEqual([1, [], []]);
    }
    expect(toAlice?.subject).toBe('Order ORD-2026-000042: line +33 6 12 34 56 78 now has its eSIM');
    expect(toAlice?.body.text).toContain('Hello Alice Martin,');
    expect(toBenoit?.subject).toBe('Commande ORD-2026-000042\u{a0}: la ligne +33 6 12 34 56 78 est passée à l’eSIM');
    expect(toBenoit?.body.html).toContain('Bonjour Benoît &lt;script&gt;alert(1)&lt;/script&gt;,');
    expect(toBenoit?.body.html).not.toContain('<script');
    const known = arrived.map((one) => one.messageId);
    for (const { providerMessageId } of await recipients()) expect(known).toContain(providerMessageId);
  });
});

describe('an SES endpoint with a fault', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = [];
  let calls = 0;

  /** Answers every request with these bytes; null: closes the connection; undefined: says nothing. */
  const startFaulty = async (answer: string | null | undefined): Promise<string> => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        calls++;
        if (answer === null) socket.destroy();
        else if (answer !== undefined) socket.end(answer);
      });
    });
    servers.push({ server, sockets });
    calls = 0;
    return listen(server);
  };
  afterEach(() => {
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
  const handOverTo = async (endpoint: string) => {
    const sender = createSesEmailSender({ ...credentials, endpoint, timeoutMs: TEST_TIMEOUT_MS });
    const outcome = await sender.handOver(mail);
    sender.close();
    return outcome;
  };
  const xmlAnswer = (status: string, code: string): string => {
    const body = `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>No</Message></Error></ErrorResponse>`;
    return `HTTP/1.1 ${status}\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  };

  it('that does not answer leaves an unknown outcome, after one call', async () => {
    expect(await handOverTo(await startFaulty(undefined))).toMatchObject({ outcome: 'unknown' });
    expect(calls).toBe(1);
  });

  it('that drops the connection after the request leaves an unknown outcome, after one call', async () => {
    expect(await handOverTo(await startFaulty(null))).toEqual({ outcome: 'unknown', code: 'ECONNRESET' });
    expect(calls).toBe(1);
  });

  it('that throttles has refused for now, after one call', async () => {
    const endpoint = await startFaulty(xmlAnswer('400 Bad Request', 'Throttling'));
    expect(await handOverTo(endpoint)).toEqual({ outcome: 'refused', code: 'Throttling', passing: true });
    expect(calls).toBe(1);
  });

  it('that rejects the message has refused it', async () => {
    const endpoint = await startFaulty(xmlAnswer('400 Bad Request', 'MessageRejected'));
    expect(await handOverTo(endpoint)).toEqual({ outcome: 'refused', code: 'MessageRejected', passing: false });
  });

  it('that fails in the middle leaves an unknown outcome, after one call', async () => {
    const endpoint = await startFaulty(xmlAnswer('500 Internal Server Error', 'InternalFailure'));
    expect(await handOverTo(endpoint)).toMatchObject({ outcome: 'unknown', code: 'InternalFailure' });
    expect(calls).toBe(1);
  });

  it('that answers nonsense with success leaves an unknown outcome', async () => {
    const nonsense = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';
    expect(await handOverTo(await startFaulty(nonsense))).toMatchObject({ outcome: 'unknown' });
  });

  it('that nobody listens at has taken nothing', async () => {
    const endpoint = await startFaulty(null);
    servers[0]?.server.close();
    expect(await handOverTo(endpoint)).toEqual({ outcome: 'refused', code: 'ECONNREFUSED', passing: true });
  });
});
