/** The pages behind mailed links: for people without an account, who hold nothing but the link. */
import type { Language } from '@simlane/contracts/http/primitives';
import { LARGEST_FILE_BYTES } from '@simlane/contracts/qr-code';
import { PROBLEMS } from '@simlane/contracts/problems';
import { FileAnswer } from '@simlane/service-kit/file-answer';
import { readUpload, withUploads } from '@simlane/service-kit/file-uploads';
import { type ProblemError, invalidRequest, toProblemError } from '@simlane/service-kit/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { drawQrCodePng } from '../decoding/draw-qr-code.ts';
import { deadLinkPage } from '../link-pages/dead-link-page.ts';
import { PAGE_HEADERS } from '../link-pages/page.ts';
import { PAGE_ASSETS } from '../link-pages/page-assets.ts';
import { phonePage, phonePagePaths } from '../link-pages/phone-page.ts';
import { platformOf } from '../link-pages/platform.ts';
import { uploadPage, uploadPagePaths, type UploadState } from '../link-pages/upload-page.ts';
import { isUploadProblem, type UploadRefusal } from '../link-pages/upload-refusal.ts';
import { lpaString } from '@simlane/contracts/activation-code';
import { openDownloadLink } from './download-link.service.ts';
import { ImportRefusal } from './imported-code.ts';
import type { CodeInput } from './import.service.ts';
import {
  notifyThroughLink,
  openUploadLink,
  stateOfUpload,
  uploadCode,
  type UploadLink,
  type UploadLinks,
} from './upload-link.service.ts';

const FILE = { fileBytes: LARGEST_FILE_BYTES };
const UPLOAD_PATH = '/inventory/v1/qr-uploads/:token';
const DOWNLOAD_PATH = '/inventory/v1/qr-codes/:token';
const TAG = { tags: ['Mailed links'] };

interface ByToken {
  Params: { token: string };
}

/** `/inventory/v1/qr-uploads/{token}` and `/inventory/v1/qr-codes/{token}`, and what their pages load. */
export const addLinkPageRoutes = (app: FastifyInstance, uploads: UploadLinks): void => {
  for (const { path, body, headers } of PAGE_ASSETS) {
    app.get(path, { schema: { hide: true } }, (_request, reply) => reply.headers(headers).send(body));
  }
  withUploads(app, FILE, (own) => {
    own.get<ByToken>(
      UPLOAD_PATH,
      { exposeHeadRoute: true, schema: { ...TAG, summary: 'The upload page of a contact' } },
      (request, reply) =>
        orDeadPage(request, reply, async () => {
          const opened = await openUploadLink(uploads, request.params.token);
          return sendUploadPage(reply, request.params.token, opened, await stateOfUpload(uploads, opened));
        }),
    );
    own.post<ByToken>(
      UPLOAD_PATH,
      { schema: { ...TAG, summary: 'Send a QR code or an activation code through an upload link' } },
      (request, reply) => orDeadPage(request, reply, () => takeUpload(uploads, request, reply)),
    );
    own.post<ByToken>(
      `${UPLOAD_PATH}/notification`,
      { schema: { ...TAG, summary: 'Have the manager told now' } },
      (request, reply) =>
        orDeadPage(request, reply, async () => {
          const { token } = request.params;
          await notifyThroughLink(uploads, await openUploadLink(uploads, token));
          const opened = await openUploadLink(uploads, token);
          return sendUploadPage(reply, token, opened, await stateOfUpload(uploads, opened));
        }),
    );
  });
  app.get<ByToken>(DOWNLOAD_PATH, { schema: { ...TAG, summary: 'The page that installs an eSIM' } }, (request, reply) =>
    orDeadPage(request, reply, async () => {
      app.simlane.requireChanges();
      const { token } = request.params;
      const { code, link, sim, msisdn, language, facts } = await openDownloadLink(uploads, token, 'page');
      const { picture: downloadPath } = phonePagePaths(token);
      const page = phonePage({
        language,
        accountName: facts.accountName,
        timeZone: facts.timeZone,
        sim: { msisdn, iccid: sim.iccid, temporaryReference: sim.temporaryReference },
        expiresAt: link.expiresAt.toISOString(),
        code,
        picture: `data:image/png;base64,${(await drawQrCodePng(lpaString(code))).toString('base64')}`,
        downloadPath,
        platform: platformOf(request.headers['user-agent']),
      });
      return reply.headers(PAGE_HEADERS).send(page);
    }),
  );
  app.get<ByToken>(
    `${DOWNLOAD_PATH}/image.png`,
    { schema: { ...TAG, summary: 'The QR code as a picture to be saved' } },
    (request, reply) =>
      orDeadPage(request, reply, async () => {
        app.simlane.requireChanges();
        const { code } = await openDownloadLink(uploads, request.params.token, 'png');
        const file = new FileAnswer(await drawQrCodePng(lpaString(code)), {
          contentType: 'image/png',
          fileName: 'esim-qr-code.png',
        });
        return reply.headers({ ...LINK_HEADERS, ...file.headers }).send(file.bytes);
      }),
  );
};

/** What is behind a link is kept by nobody, and its address told to nobody. */
const LINK_HEADERS = {
  'cache-control': PAGE_HEADERS['cache-control'],
  'referrer-policy': PAGE_HEADERS['referrer-policy'],
};

const takeUpload = async (uploads: UploadLinks, request: FastifyRequest<ByToken>, reply: FastifyReply) => {
  const { token } = request.params;
  // Before anything is read: nobody without a link makes us take in a file.
  const opened = await openUploadLink(uploads, token);
  let cameAs: 'file' | 'text' = 'file';
  try {
    // One at a time: what waits for its turn would be held in memory meanwhile.
    await uploads.turns.uploading.take({ accountId: opened.accountId, linkId: opened.link.id }, async () => {
      const { file, fields } = await readUpload(request, FILE);
      const [text = ''] = fields.activationCode ?? [];
      cameAs = file === null ? 'text' : 'file';
      await uploadCode(uploads, opened, {
        input: inputOf(file, text),
        confirmationCodeRequired: fields.confirmationCodeRequired?.includes('true') ?? false,
      });
    });
  } catch (error) {
    const problem = toProblemError(error);
    if (!wantsPage(request) || problem.code === 'link_dead' || problem.code === 'internal_error') throw error;
    // What was sent is not read to its end: the connection cannot be used again.
    if (problem.code === 'payload_too_large') reply.header('connection', 'close');
    if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', String(problem.retryAfterSeconds));
    reply.code(PROBLEMS[problem.code].status);
    return sendUploadPage(reply, token, opened, { is: 'refused', refusal: refusalOf(problem), cameAs });
  }
  const after = await openUploadLink(uploads, token);
  const state = await stateOfUpload(uploads, after);
  if (wantsPage(request)) return sendUploadPage(reply, token, after, state);
  return reply.headers(LINK_HEADERS).type('application/json').send(JSON.stringify(state));
};

const inputOf = (file: Buffer | null, text: string): CodeInput => {
  if (file !== null) return { file };
  if (text.trim() !== '') return { text };
  throw invalidRequest([{ pointer: '/file', detail: 'Choose a file, or type the activation code' }]);
};

const refusalOf = (problem: ProblemError): UploadRefusal => {
  const { code } = problem;
  if (code === 'not_activation_code') {
    return {
      code,
      fault: problem instanceof ImportRefusal ? (problem.fault ?? 'not_activation_code') : 'not_activation_code',
    };
  }
  if (code === 'two_activation_codes') {
    return { code, lastFours: problem instanceof ImportRefusal ? problem.lastFours : [] };
  }
  if (code === 'rate_limited') return { code, retryAfterSeconds: problem.retryAfterSeconds ?? null };
  // A form without anything in it is a text that is empty.
  if (code === 'invalid_request') return { code: 'not_activation_code', fault: 'empty' };
  return { code: isUploadProblem(code) ? code : 'internal_error' };
};

const sendUploadPage = (reply: FastifyReply, token: string, opened: UploadLink, state: UploadState): FastifyReply => {
  const { contact, request, sim, msisdn, providerReference, facts } = opened;
  const page = uploadPage({
    language: contact.language,
    accountName: facts.accountName,
    timeZone: facts.timeZone,
    sim: { msisdn, iccid: sim.iccid, temporaryReference: sim.temporaryReference },
    providerReference,
    contactName: contact.name,
    requesterName: request.requestedBy.name,
    expiresAt: request.expiresAt.toISOString(),
    paths: uploadPagePaths(token),
    state,
  });
  return reply.headers(PAGE_HEADERS).send(page);
};

const wantsPage = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') ?? false;

/** A person is told in his browser's language that the link does not work; a program gets the problem. */
const orDeadPage = async (request: FastifyRequest, reply: FastifyReply, work: () => Promise<FastifyReply>) => {
  try {
    return await work();
  } catch (error) {
    const problem = toProblemError(error);
    if (!wantsPage(request)) throw error;
    if (problem.code === 'internal_error') request.log.error({ err: error }, 'incident');
    if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', String(problem.retryAfterSeconds));
    const shown = problem.code === 'link_dead' ? 'link_dead' : 'dependency_unavailable';
    return reply
      .headers(PAGE_HEADERS)
      .code(PROBLEMS[problem.code].status)
      .send(deadLinkPage(languageOf(request), shown));
  }
};

const languageOf = ({ headers }: FastifyRequest): Language =>
  /^\s*fr\b/i.test(headers['accept-language'] ?? '') ? 'fr' : 'en';
