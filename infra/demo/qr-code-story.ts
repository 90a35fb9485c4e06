import { catalogRoutes } from '@simlane/contracts/http/catalog';
import type { Sim } from '@simlane/contracts/http/fleet';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { type QrRequest, qrCodeRoutes } from '@simlane/contracts/http/qr-code';
import { qrCodeRequestWorkflowId } from '@simlane/contracts/qr-code-request';
import { launchBrowser } from '@simlane/testing/browser';
import { randomBytes } from 'node:crypto';
import type { DemoCast } from './demo-cast.ts';
import { installOnPhone, uploadAsContact } from './link-page-steps.ts';
import { lettersAbout, linkIn } from './mailbox.ts';
import type { ToldStory } from './told-story.ts';

/**
 * The eSIM that an order has put on a line gets its QR code: the distributor is asked by mail, a person there uploads
 * what the provider sent, and the manager gets a code that installs.
 *
 * @param simId of the new eSIM; undefined where there is none
 */
export const qrCodeStory = async (told: ToldStory, cast: DemoCast, simId: string | undefined): Promise<void> => {
  const sim = await findEsim(told, cast, simId);
  const activationCode = await makeUpCode(cast, sim);
  const request = await askForCode(told, cast, sim);
  const uploadLink = await seeContactAsked(told, cast, request, sim);

  const browser = await told.does({
    name: 'A browser is started',
    expected: 'a Chromium',
    act: launchBrowser,
    holds: (one) => one.isConnected(),
    seen: (one) => `Chromium ${one.version()}`,
  });
  try {
    await uploadAsContact(told, browser, { uploadLink, activationCode });
    await seeAnswered(told, cast, request, sim, activationCode);
    const phonePage = await seeManagerTold(told, cast, sim);
    await installOnPhone(told, browser, { phonePage, activationCode });
  } finally {
    await browser.close();
  }
  await seeTimeline(told, cast, request);
};

const findEsim = (told: ToldStory, { api }: DemoCast, simId: string | undefined): Promise<Sim> =>
  told
    .does({
      name: 'The new eSIM has no QR code yet',
      expected: 'an eSIM in use, an empty QR section with the accepted formats, generate_esim_qr_code available',
      act: async () => {
        if (simId === undefined) throw new Error('the switch did not come to its end, so there is no new eSIM');
        const { current, acceptedFormats } = await api.call(qrCodeRoutes.getQrCode, { params: { id: simId } });
        if (current !== null) throw new Error('it has one');
        const { items } = await api.call(inventoryRoutes.listSimActions, { params: { id: simId } });
        const action = items.find((one) => one.action === 'generate_esim_qr_code');
        return { sim: await api.call(inventoryRoutes.getSim, { params: { id: simId } }), acceptedFormats, action };
      },
      holds: ({ sim, action }) => sim.kind === 'esim' && action?.display === 'available',
      seen: ({ sim, acceptedFormats, action }) => `${sim.iccid}, ${acceptedFormats.join(', ')}; ${action?.display}`,
    })
    .then(({ sim }) => sim);

const MATCHING_ID_BYTES = 8;

/** As its provider would give it: of an address that the provider is known to use, and no other eSIM's. */
const makeUpCode = async ({ api }: DemoCast, { providerId }: Sim): Promise<string> => {
  const { smdpAddresses } = await api.call(catalogRoutes.getProvider, { params: { id: providerId } });
  const matchingId = randomBytes(MATCHING_ID_BYTES).toString('hex').toUpperCase();
  return `1$${smdpAddresses[0] ?? 'rsp.provider.example'}$${matchingId}`;
};

const askForCode = async (told: ToldStory, { api, workflowPage }: DemoCast, sim: Sim): Promise<QrRequest> => {
  await told.does({
    name: 'The window of the request is filled in',
    expected: 'every contact of the distributor with the role eSIM QR Code, and a message in their languages',
    act: () => api.call(qrCodeRoutes.getRequestDraft, { query: { simId: sim.id } }),
    holds: ({ recipients, messages }) =>
      recipients.length > 0 && recipients.every(({ language }) => messages[language] !== undefined),
    seen: ({ distributorName, recipients, messages }) =>
      `${distributorName}: ${recipients.map(({ name }) => name).join(', ')}; “${(messages.en ?? messages.fr)?.subject}”`,
  });
  const { request } = await told.does({
    name: 'The QR code is asked for',
    expected: 'The request has been made.',
    act: () => api.call(qrCodeRoutes.createRequest, { body: { simId: sim.id } }),
    holds: ({ message, request: made }) => message === 'The request has been made.' && made.state === 'open',
    seen: ({ message }) => message,
  });
  told.note(`in the Temporal UI: ${workflowPage(qrCodeRequestWorkflowId(request.id))}`);
  return request;
};

/** Resolves to the upload link in the mail of the first contact. */
const seeContactAsked = async (
  told: ToldStory,
  { mailboxUrl }: DemoCast,
  { recipients }: QrRequest,
  { iccid }: Sim,
): Promise<string> => {
  const asked = await told.sees({
    name: 'Each contact has a mail with a private link',
    expected: `one mail about ${iccid} to each of ${recipients.length} contact(s), each with another link`,
    look: () =>
      Promise.all(
        recipients.map(async ({ email }) => {
          const letters = await lettersAbout(mailboxUrl, email, [iccid]);
          return { email, links: letters.map((letter) => linkIn(letter, 'upload')) };
        }),
      ),
    holds: (mails) =>
      mails.every(({ links }) => links.length === 1 && links[0] !== null) &&
      new Set(mails.flatMap(({ links }) => links)).size === recipients.length,
    seen: (mails) => mails.map(({ email, links }) => `${email}: ${links.length} mail(s)`).join('; '),
  });
  return asked[0]?.links[0] ?? '';
};

const seeAnswered = async (
  told: ToldStory,
  { api }: DemoCast,
  { id }: QrRequest,
  sim: Sim,
  activationCode: string,
): Promise<void> => {
  await told.sees({
    name: 'The request has ended, and the SIM has its code',
    expected: 'ended: code_imported; the code current, from an upload link, read from a PDF, without a warning',
    look: async () => ({
      request: await api.call(qrCodeRoutes.getRequest, { params: { id } }),
      section: await api.call(qrCodeRoutes.getQrCode, { params: { id: sim.id } }),
    }),
    holds: ({ request, section: { current, disclosed } }) =>
      request.endReason === 'code_imported' &&
      current?.source === 'upload_link' &&
      current.detail?.fileFormat === 'pdf' &&
      current.detail.warnings.length === 0 &&
      disclosed?.activationCode === activationCode,
    seen: ({ request, section: { current } }) =>
      `${request.endReason ?? request.state}; ${current?.state ?? 'no code'}, ${current?.detail?.fileFormat ?? 'no file'}`,
  });
};

/** Resolves to the link of the manager's page. */
const seeManagerTold = async (
  told: ToldStory,
  { api, manager, mailboxUrl }: DemoCast,
  { lineId }: Sim,
): Promise<string> => {
  const { msisdn } = await api.call(inventoryRoutes.getLine, { params: { id: lineId ?? '' } });
  const links = await told.sees({
    name: 'The manager has a mail with the code behind a link',
    expected: `one mail to ${manager.email} about ${msisdn} with such a link`,
    look: async () =>
      (await lettersAbout(mailboxUrl, manager.email, [msisdn])).flatMap((letter) => linkIn(letter, 'page') ?? []),
    holds: (found) => found.length === 1,
    seen: (found) => `${found.length} mail(s)`,
  });
  told.note(`the mailbox: ${mailboxUrl}`);
  return links[0] ?? '';
};

const EVENTS = ['qr_requested', 'qr_request_sent', 'qr_code_imported', 'qr_request_ended'] as const;

const seeTimeline = async (told: ToldStory, { api }: DemoCast, { id }: QrRequest): Promise<void> => {
  await told.sees({
    name: 'The timeline of the request tells it',
    expected: EVENTS.join(' → '),
    look: async () => (await api.call(qrCodeRoutes.getRequestTimeline, { params: { id }, query: {} })).items,
    holds: (timeline) => timeline.map(({ event }) => event).join() === EVENTS.join(),
    seen: (timeline) => timeline.map(({ event }) => event).join(' → '),
  });
};
