import { lpaString } from '@simlane/contracts/activation-code';
import { qrCodeRoutes, type typedCodeSchema } from '@simlane/contracts/http/qr-code';
import { LARGEST_FILE_BYTES } from '@simlane/contracts/qr-code';
import { FileAnswer } from '@simlane/service-kit/file-answer';
import { isMultipart, readUpload, withUploads } from '@simlane/service-kit/file-uploads';
import { readInAccount } from '@simlane/service-kit/postgres';
import { invalidRequest } from '@simlane/service-kit/problem';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { drawQrCodePng, drawQrCodeSvg } from '../decoding/draw-qr-code.ts';
import { pageOfIds, pageOfNewest } from '../fleet/page.ts';
import { listTimeline } from '../timeline/timeline.repository.ts';
import { type CodeInput, importCode, type QrCodes } from './import.service.ts';
import { requireQrUser } from './qr-code-access.ts';
import {
  decideOnCode,
  discloseCode,
  downloadOriginal,
  listQrCodes,
  notifyOfCode,
  revokeLink,
} from './qr-code.service.ts';
import { sectionAfter, showQrCode } from './qr-code-section.ts';
import { cancelRequest, createRequest, listQrRequests, readRequest, resendRequest } from './qr-request.service.ts';
import { draftRequest } from './qr-request-draft.ts';

const FILE = { fileBytes: LARGEST_FILE_BYTES };

/** `/inventory/v1/sims/{id}/qr-code…` and `/inventory/v1/qr-requests…`, for users. */
export const addQrCodeRoutes = (app: FastifyInstance, qrCodes: QrCodes): void => {
  addCodeRoutes(app, qrCodes);
  addRequestRoutes(app, qrCodes);
};

const addCodeRoutes = (app: FastifyInstance, qrCodes: QrCodes): void => {
  servePublic(app, qrCodeRoutes.getQrCode, ({ params, caller }) => showQrCode(qrCodes, caller, params.id));
  withUploads(app, FILE, (own) => {
    servePublic(own, qrCodeRoutes.importQrCode, async ({ params, body, caller, request }) => {
      await readInAccount(qrCodes.db, caller.accountId, (tx) => requireQrUser(tx, caller, params.id));
      await qrCodes.turns.uploading.take({ accountId: caller.accountId, linkId: null }, async () => {
        const sent = await importOf(request, body);
        await importCode(qrCodes, {
          accountId: caller.accountId,
          simId: params.id,
          importer: { source: 'user', caller },
          ...sent,
        });
      });
      return sectionAfter(qrCodes, caller, params.id);
    });
  });
  servePublic(app, qrCodeRoutes.getQrCodeImage, async ({ params, query, caller }) => {
    const text = lpaString(await discloseCode(qrCodes, caller, params.id, query.format));
    return query.format === 'svg'
      ? new FileAnswer(Buffer.from(await drawQrCodeSvg(text)), {
          contentType: 'image/svg+xml',
          fileName: 'esim-qr-code.svg',
        })
      : new FileAnswer(await drawQrCodePng(text), { contentType: 'image/png', fileName: null });
  });
  servePublic(app, qrCodeRoutes.getQrCodeOriginal, async ({ params, caller }) => {
    const { bytes, format } = await downloadOriginal(qrCodes, caller, params.id);
    // Never as what it is: nothing foreign is opened in a browser of ours.
    return new FileAnswer(bytes, { contentType: 'application/octet-stream', fileName: `original.${format}` });
  });
  servePublic(app, qrCodeRoutes.decideOnQrCode, async ({ params, body, caller }) => {
    await decideOnCode(qrCodes, caller, params.id, body);
    return sectionAfter(qrCodes, caller, params.id);
  });
  servePublic(app, qrCodeRoutes.notify, async ({ params, body, caller, idempotencyKey }) => {
    await notifyOfCode(qrCodes, caller, params.id, { to: body.to, key: idempotencyKey });
    return sectionAfter(qrCodes, caller, params.id);
  });
  servePublic(app, qrCodeRoutes.revokeLink, async ({ params, caller }) => {
    await revokeLink(qrCodes, caller, { simId: params.id, linkId: params.linkId });
    return sectionAfter(qrCodes, caller, params.id);
  });
  servePublic(app, qrCodeRoutes.listQrCodes, ({ params, query, caller }) =>
    listQrCodes(qrCodes, caller, params.id, pageOfNewest(query)),
  );
};

const addRequestRoutes = (app: FastifyInstance, qrCodes: QrCodes): void => {
  servePublic(app, qrCodeRoutes.getRequestDraft, ({ query, caller }) => draftRequest(qrCodes, caller, query.simId));
  servePublic(app, qrCodeRoutes.createRequest, async ({ body, caller, idempotencyKey }) => ({
    message: 'The request has been made.',
    request: await createRequest(qrCodes, caller, body, idempotencyKey),
  }));
  servePublic(app, qrCodeRoutes.listRequests, ({ query, caller }) =>
    listQrRequests(qrCodes.db, caller, query, pageOfNewest(query)),
  );
  servePublic(app, qrCodeRoutes.getRequest, ({ params, caller }) => readRequest(qrCodes.db, caller, params.id));
  servePublic(app, qrCodeRoutes.getRequestTimeline, async ({ params, query, caller }) => {
    const page = pageOfIds(query);
    await readRequest(qrCodes.db, caller, params.id);
    return readInAccount(qrCodes.db, caller.accountId, (tx) =>
      listTimeline(tx, caller.accountId, { type: 'qr_request', id: params.id }, page),
    );
  });
  servePublic(app, qrCodeRoutes.cancelRequest, ({ params, caller }) => cancelRequest(qrCodes, caller, params.id));
  servePublic(app, qrCodeRoutes.resendRequest, ({ params, caller, idempotencyKey }) =>
    resendRequest(qrCodes, caller, params.id, idempotencyKey),
  );
};

interface Sent {
  readonly input: CodeInput;
  readonly confirmationCodeRequired: boolean;
  readonly acceptWarnings: readonly string[];
}

/** A file in a form, or a code in a form or as JSON. */
const importOf = async (request: FastifyRequest, body: z.output<typeof typedCodeSchema> | undefined): Promise<Sent> => {
  if (!isMultipart(request)) {
    if (body === undefined) throw nothingSent();
    const { activationCode, confirmationCodeRequired, acceptWarnings } = body;
    return { input: { text: activationCode }, confirmationCodeRequired, acceptWarnings };
  }
  const { file, fields } = await readUpload(request, FILE);
  const [text = ''] = fields.activationCode ?? [];
  if (file === null && text.trim() === '') throw nothingSent();
  const unknown = Object.keys(fields).filter((name) => !FORM_FIELDS.includes(name));
  if (unknown.length > 0) {
    throw invalidRequest(unknown.map((name) => ({ pointer: `/${name}`, detail: 'There is no such field' })));
  }
  return {
    input: file === null ? { text } : { file },
    confirmationCodeRequired: fields.confirmationCodeRequired?.includes('true') ?? false,
    acceptWarnings: (fields.acceptWarnings ?? []).flatMap((codes) => codes.split(',')).map((code) => code.trim()),
  };
};

const FORM_FIELDS: readonly string[] = ['activationCode', 'confirmationCodeRequired', 'acceptWarnings'];

const nothingSent = () =>
  invalidRequest([{ pointer: '/file', detail: 'Send a file, or an activation code in activationCode' }]);
