/** QR codes on the whole stack: eSIMs whose distributor is asked for one, the mails about it, and what is behind their links. */
import type { Sim } from '@simlane/contracts/http/fleet';
import { type QrRequest, qrCodeRoutes, type SimQrCode } from '@simlane/contracts/http/qr-code';
import { parseJsonOrNothing } from '@simlane/service-kit/bounded-answer';
import { randomBytes, randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { lettersAbout, linkIn, type MailboxMail } from '../demo/mailbox.ts';
import type { Manager } from './fleet-manager.fixture.ts';
import { startProvider } from './own-provider.fixture.ts';

/** People at the distributor: of this test alone, so that every mail to them is of it. */
export const CONTACTS = {
  anna: { name: 'Anna Blake', email: 'anna.blake@qr-reseller.example', language: 'en' },
  luc: { name: 'Luc Martin', email: 'luc.martin@qr-reseller.example', language: 'fr' },
} as const;

const SMDP_ADDRESS = 'rsp.qr-mobile.example';

export interface Esims {
  /** One that has not been given out before. */
  fresh(): Promise<Sim>;
}

/** eSIMs of a provider of the test's own, whose distributor's contacts are asked for QR codes. */
export const startEsims = async (manager: Manager, count: number): Promise<Esims> => {
  const provider = await startProvider('QR Mobile', count, {
    simKind: 'esim',
    smdpAddresses: [SMDP_ADDRESS],
    contacts: Object.values(CONTACTS),
  });
  return {
    fresh: async () => {
      const { sim } = await manager.line(provider.freshLine());
      if (sim === null) throw new Error('the line has no SIM');
      return manager.sim(sim.id);
    },
  };
};

/** Stands in every activation code that a test makes up: wherever it is found afterwards, a code has leaked. */
export const CODE_MARK = 'SIMLANE-N0-LEAK-';

/** An activation code that nobody has, of an address that the provider uses unless another is given. */
export const freshCode = (address: string = SMDP_ADDRESS): string =>
  `1$${address}$${CODE_MARK}${randomBytes(8).toString('hex').toUpperCase()}`;

/** What stands in the QR code of an activation code. */
export const inQrCode = (activationCode: string): string => `LPA:${activationCode}`;

interface SentUpload {
  readonly status: number;
  readonly code: string | undefined;
  readonly state: string | undefined;
}

/** What is sent through a link is the code of the SIM now. */
export const UNDERSTOOD: SentUpload = { status: 200, code: undefined, state: 'understood' };

/** Sends a file or a typed code through an upload link, as the page's form does, and asks for JSON. */
export const sendThrough = async (link: string, what: Uint8Array | string): Promise<SentUpload> => {
  const form = new FormData();
  if (typeof what === 'string') form.set('activationCode', what);
  else form.set('file', new Blob([Uint8Array.from(what)]), '../../qr code.pdf');
  const response = await fetch(link, { method: 'POST', body: form, headers: { accept: 'application/json' } });
  const answer = parseJsonOrNothing(await response.text()) as { code?: string | object; is?: string } | undefined;
  return {
    status: response.status,
    code: typeof answer?.code === 'string' ? answer.code : undefined,
    state: answer?.is,
  };
};

/** How a page is answered to a browser. */
export const openPage = async (link: string): Promise<{ status: number; html: string }> => {
  const response = await fetch(link, { headers: { accept: 'text/html' } });
  return { status: response.status, html: await response.text() };
};

/** What the manager does about QR codes. */
export const startQrCodes = (manager: Manager) => {
  const { ses, demoUsers } = inject('stack');
  const { api } = manager;
  const me = demoUsers.find(({ id }) => id === 'manager')?.email ?? '';

  /** Mails to somebody about the SIM; its ICCID or its number stands in each. */
  const lettersOf = async (email: string, sim: Sim): Promise<readonly MailboxMail[]> => {
    const line = sim.lineId === null ? null : await manager.line(sim.lineId);
    return lettersAbout(ses.mailboxUrl, email, [sim.iccid, line?.msisdn]);
  };

  const until = async <T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> => {
    let last: T | undefined;
    await manager.until(async () => holds((last = await look())));
    return last as T;
  };

  /** Resolves to the links of the mails to somebody about the SIM, the newest last, when there are so many. */
  const links = async (
    email: string,
    sim: Sim,
    kind: Parameters<typeof linkIn>[1],
    count = 1,
  ): Promise<readonly string[]> => {
    const linksNow = async () => (await lettersOf(email, sim)).flatMap((letter) => linkIn(letter, kind) ?? []);
    return until(linksNow, (now) => now.length >= count);
  };

  const getRequest = (id: string): Promise<QrRequest> => api.call(qrCodeRoutes.getRequest, { params: { id } });

  const request = async (
    simId: string,
    body: { readonly cc?: string[] } = {},
    key: string = randomUUID(),
  ): Promise<QrRequest> => (await api.call(qrCodeRoutes.createRequest, { body: { simId, ...body } }, key)).request;

  /** Resolves when the mails of the newest sending are handed over. */
  const sent = (id: string, sendings = 1): Promise<QrRequest> =>
    until(
      () => getRequest(id),
      (one) => one.sendings === sendings && one.sentAt !== null,
    );

  /** The newest link by which a contact can answer a request for the SIM. */
  const uploadLink = async (sim: Sim, email: string = CONTACTS.anna.email): Promise<string> =>
    (await links(email, sim, 'upload')).at(-1) ?? '';

  /** A request whose mails have arrived. */
  const asked = async (esims: Esims) => {
    const sim = await esims.fresh();
    const { id } = await request(sim.id);
    await sent(id);
    return { sim, id, link: await uploadLink(sim) };
  };

  return {
    me,
    lettersOf,
    links,
    until,
    getRequest,
    request,
    sent,
    uploadLink,
    asked,

    /** How many mails about the SIM somebody has. */
    mailsTo: async (email: string, sim: Sim): Promise<number> => (await lettersOf(email, sim)).length,

    section: (simId: string): Promise<SimQrCode> => api.call(qrCodeRoutes.getQrCode, { params: { id: simId } }),
    cancel: (id: string): Promise<QrRequest> => api.call(qrCodeRoutes.cancelRequest, { params: { id } }),
    resend: (id: string): Promise<QrRequest> => api.call(qrCodeRoutes.resendRequest, { params: { id } }),

    /** A code that came through a link and that the manager was told of. */
    told: async (esims: Esims) => {
      const made = await asked(esims);
      const code = freshCode();
      const answer = await sendThrough(made.link, code);
      if (answer.state !== UNDERSTOOD.state) throw new Error(`the upload was answered with ${JSON.stringify(answer)}`);
      await fetch(`${made.link}/notification`, { method: 'POST' });
      const [page = ''] = await links(me, made.sim, 'page');
      return { ...made, code, page };
    },

    timeline: async (id: string): Promise<string[]> => {
      const { items } = await api.call(qrCodeRoutes.getRequestTimeline, { params: { id }, query: {} });
      return items.map(({ event }) => event);
    },
  };
};

export type QrCodesOfManager = ReturnType<typeof startQrCodes>;
