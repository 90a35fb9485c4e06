/** Inventory: the eSIM QR code of a SIM and the requests for one, for users. */
import { z } from 'zod';
import {
  QR_CODE_SOURCES,
  QR_CODE_STATES,
  QR_CODE_WARNINGS,
  QR_FILE_FORMATS,
  QR_REQUEST_ENDS,
  QR_REQUEST_STATES,
} from '../qr-code.ts';
import {
  acceptWarningsSchema,
  binarySchema,
  emailSchema,
  idParams,
  idSchema,
  languageSchema,
  mailTextSchema,
  nameSchema,
  pageOf,
  pageQuery,
  timeSchema,
} from './primitives.ts';
import { warningSchema } from './problem.ts';
import { requestMessagesSchema } from './qr-request-messages.ts';
import { publicRoute } from './route.ts';
import { timelineEntrySchema } from './timeline.ts';

export const qrCodeWarningSchema = warningSchema.extend({ code: z.enum(QR_CODE_WARNINGS) });

/** What a person may know who is not to see the code. */
const shownToAll = {
  id: idSchema,
  state: z.enum(QR_CODE_STATES),
  source: z.enum(QR_CODE_SOURCES),
  importedAt: timeSchema,
  endedAt: timeSchema.nullable(),
};

const shownToUsers = {
  importedBy: z
    .object({ id: z.string(), name: z.string().nullable() })
    .nullable()
    .describe('The user, the contact or the order whose provider said it'),
  smdpAddress: z.string(),
  lastFour: z.string().describe('Of the matching id; empty where there is none, or it is no longer than that'),
  confirmationCodeRequired: z.boolean().describe('The phone will ask for a confirmation code, which is not kept here'),
  warnings: z.array(qrCodeWarningSchema),
  fileFormat: z.enum(QR_FILE_FORMATS).nullable().describe('Null where the code was typed, or came with a signal'),
  refusal: z.object({ reason: z.string(), byId: z.string(), at: timeSchema }).nullable(),
};

/** One code of a SIM. Never holds the activation code itself. */
export const qrCodeSchema = z
  .object({ ...shownToAll, detail: z.object(shownToUsers).nullable().describe('Null for viewers') })
  .meta({ id: 'QrCode' });
export type QrCode = z.output<typeof qrCodeSchema>;

/** A mailed link to the code, without its token. */
export const qrCodeLinkSchema = z
  .object({
    id: idSchema,
    sentTo: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    revokedAt: timeSchema.nullable(),
    uses: z.int().min(0),
    lastUsedAt: timeSchema.nullable(),
  })
  .meta({ id: 'QrCodeLink' });

export const simQrCodeSchema = z
  .object({
    simId: idSchema,
    acceptedFormats: z.array(z.string()),
    current: qrCodeSchema.nullable(),
    waiting: qrCodeSchema.nullable().describe('Came through a link, and is no code until a user accepts it'),
    openRequestId: idSchema.nullable(),
    disclosed: z
      .object({
        activationCode: z.string().describe('For entry by hand: without the prefix LPA:'),
        image: z.object({ png: z.string(), svg: z.string() }).describe('Paths of this API'),
        installLinks: z.object({ apple: z.string(), android: z.string(), windows: z.string() }),
        links: z.array(qrCodeLinkSchema),
      })
      .nullable()
      .describe('The current code itself. Null for viewers and where there is none'),
    notification: z
      .object({
        draft: z.object({ name: nameSchema, email: emailSchema, language: languageSchema }),
        sent: z.array(z.object({ to: z.string(), at: timeSchema, automatic: z.boolean() })),
      })
      .nullable()
      .describe('Of the current code: whom to tell, pre-filled, and who was told. Null for viewers'),
  })
  .meta({ id: 'SimQrCode' });
export type SimQrCode = z.output<typeof simQrCodeSchema>;

export const MOST_CC = 5;

const contactSchema = z.object({
  contactId: idSchema,
  name: nameSchema,
  email: emailSchema,
  language: languageSchema,
});

export const qrRequestDraftSchema = z
  .object({
    simId: idSchema,
    distributorName: nameSchema,
    recipients: z.array(contactSchema).describe('Every contact with the role, all selected'),
    cc: z.array(emailSchema).describe('Empty; at most 5 addresses, which get the message without a link'),
    messages: requestMessagesSchema.describe('One for each language of the recipients'),
    openRequestId: idSchema.nullable().describe('The request that is open already; there is one at a time'),
  })
  .meta({ id: 'QrRequestDraft' });
export type QrRequestDraft = z.output<typeof qrRequestDraftSchema>;

export const qrRequestSchema = z
  .object({
    id: idSchema,
    simId: idSchema,
    state: z.enum(QR_REQUEST_STATES),
    endReason: z.enum(QR_REQUEST_ENDS).nullable(),
    endedAt: timeSchema.nullable(),
    requestedBy: z.object({ id: z.string(), name: z.string(), email: z.string(), language: languageSchema }),
    orderId: idSchema.nullable().describe('The order that asked, where no person did'),
    recipients: z.array(
      contactSchema.extend({
        returned: z
          .object({ as: z.enum(['bounced', 'complained']), at: timeSchema })
          .nullable()
          .describe('The mail came back, or its reader complained'),
        lastUsedAt: timeSchema.nullable().describe('When the upload link was last used to send something'),
      }),
    ),
    cc: z.array(z.string()),
    messages: requestMessagesSchema,
    sendings: z.int().min(1).describe('1, and one more for each time it was sent again: with new links'),
    sentAt: timeSchema.nullable().describe('When the mails of the newest sending were handed over'),
    reminders: z.int().min(0),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    version: z.int(),
  })
  .meta({ id: 'QrRequest' });
export type QrRequest = z.output<typeof qrRequestSchema>;

const LONGEST_REASON = 2000;
const LONGEST_ACTIVATION_CODE_ENTRY = 4096;
export const typedCodeSchema = z.strictObject({
  activationCode: z.string().max(LONGEST_ACTIVATION_CODE_ENTRY).describe('With or without LPA:, or an install link'),
  confirmationCodeRequired: z.boolean().default(false).describe('The importer knows that one will be asked for'),
  acceptWarnings: acceptWarningsSchema,
});

const codes = { tag: 'eSIM QR codes' } as const;
const requests = { tag: 'QR code requests' } as const;
const read = { method: 'GET', permission: 'fleet:read', status: 200 } as const;
const disclose = { method: 'GET', permission: 'fleet:change', status: 200, records: true } as const;
const change = { method: 'POST', permission: 'fleet:change', status: 200 } as const;
const UNREADABLE = [
  'file_format',
  'file_encrypted',
  'file_broken',
  'file_too_complex',
  'qr_code_not_found',
  'not_activation_code',
  'two_activation_codes',
  'activation_code_in_use',
] as const;

export const qrCodeRoutes = {
  getQrCode: publicRoute({
    ...codes,
    ...read,
    path: '/inventory/v1/sims/:id/qr-code',
    summary: 'QR code section of a SIM',
    records: true,
    description: 'Empty, with the accepted formats, or filled. Viewers see states and dates only.',
    params: idParams,
    answer: simQrCodeSchema,
    problems: ['not_found', 'sim_state'],
  }),
  importQrCode: publicRoute({
    ...codes,
    ...change,
    method: 'PUT',
    path: '/inventory/v1/sims/:id/qr-code',
    summary: 'Import a QR code',
    description:
      'A file (multipart/form-data: `file`, `confirmationCodeRequired`, `acceptWarnings`) or, as JSON, the activation code as text. The same code again changes nothing.',
    params: idParams,
    body: typedCodeSchema.optional(),
    answer: simQrCodeSchema,
    problems: [
      'not_found',
      'sim_state',
      'action_not_available',
      'warnings_not_accepted',
      'payload_too_large',
      ...UNREADABLE,
    ],
  }),
  getQrCodeImage: publicRoute({
    ...codes,
    ...disclose,
    path: '/inventory/v1/sims/:id/qr-code/image',
    summary: 'The QR code as a picture',
    description: 'Drawn from the activation code. Stands on the timeline.',
    params: idParams,
    query: z.strictObject({ format: z.enum(['png', 'svg']).default('png') }),
    answer: binarySchema,
    problems: ['not_found', 'sim_state', 'action_not_available'],
  }),
  getQrCodeOriginal: publicRoute({
    ...codes,
    ...disclose,
    path: '/inventory/v1/sims/:id/qr-code/original',
    summary: 'The file that was imported',
    description: 'As it came, only to be downloaded. Stands on the timeline.',
    params: idParams,
    answer: binarySchema,
    problems: ['not_found', 'sim_state', 'action_not_available', 'dependency_unavailable'],
  }),
  decideOnQrCode: publicRoute({
    ...codes,
    ...change,
    path: '/inventory/v1/sims/:id/qr-code/acceptance',
    summary: 'Accept or refuse a code that waits',
    description:
      'A refusal needs a reason, which is mailed to the contact. The same decision on the same code again changes nothing.',
    params: idParams,
    body: z.strictObject({
      qrCodeId: idSchema.describe('The one that was looked at: another may have come through the link meanwhile'),
      accept: z.boolean(),
      reason: mailTextSchema.max(LONGEST_REASON).optional(),
    }),
    answer: simQrCodeSchema,
    problems: [
      'not_found',
      'sim_state',
      'action_not_available',
      'qr_code_state',
      'reason_required',
      'activation_code_in_use',
    ],
  }),
  notify: publicRoute({
    ...codes,
    ...change,
    path: '/inventory/v1/sims/:id/qr-code/notifications',
    summary: 'Send the notification of a code',
    description:
      'A mail with a direct download link and the phone page; without a recipient, to the address pre-filled.',
    idempotencyKey: true,
    params: idParams,
    body: z
      .strictObject({
        to: z.strictObject({ name: nameSchema, email: emailSchema, language: languageSchema }).optional(),
      })
      .default({}),
    status: 202,
    answer: simQrCodeSchema,
    problems: ['not_found', 'sim_state', 'action_not_available', 'qr_code_state', 'rate_limited'],
  }),
  revokeLink: publicRoute({
    ...codes,
    ...change,
    path: '/inventory/v1/sims/:id/qr-code/links/:linkId/revocation',
    summary: 'Revoke a mailed link',
    description: 'A repeat changes nothing.',
    params: idParams.extend({ linkId: idSchema }),
    answer: simQrCodeSchema,
    problems: ['not_found', 'sim_state', 'action_not_available'],
  }),
  listQrCodes: publicRoute({
    ...codes,
    ...read,
    path: '/inventory/v1/sims/:id/qr-codes',
    summary: 'QR codes that a SIM has had',
    description: 'The newest first.',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(qrCodeSchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
  getRequestDraft: publicRoute({
    ...requests,
    ...disclose,
    path: '/inventory/v1/qr-requests/draft',
    summary: 'A request, pre-filled',
    description: 'Who would be asked, and the message in each of their languages. Keeps nothing.',
    query: z.strictObject({ simId: idSchema }),
    answer: qrRequestDraftSchema,
    problems: ['not_found', 'action_not_available', 'dependency_unavailable'],
  }),
  createRequest: publicRoute({
    ...requests,
    ...change,
    path: '/inventory/v1/qr-requests',
    summary: 'Ask the distributor for a QR code',
    description: 'Each contact gets a mail of their own with a private upload link. One request at a time for a SIM.',
    idempotencyKey: true,
    body: z.strictObject({
      simId: idSchema,
      contactIds: z.array(idSchema).min(1).max(20).optional().describe('All with the role, if left out'),
      cc: z.array(emailSchema).max(MOST_CC).default([]),
      messages: requestMessagesSchema.optional().describe('Pre-filled where left out'),
    }),
    status: 201,
    answer: z.object({ message: z.string(), request: qrRequestSchema }),
    problems: [
      'not_found',
      'action_not_available',
      'recipient_not_eligible',
      'qr_request_open',
      'dependency_unavailable',
    ],
  }),
  listRequests: publicRoute({
    ...requests,
    ...read,
    path: '/inventory/v1/qr-requests',
    summary: 'List requests',
    description: 'The newest first.',
    query: z.strictObject({
      ...pageQuery,
      simId: idSchema.optional(),
      state: z.enum(QR_REQUEST_STATES).optional(),
    }),
    answer: pageOf(qrRequestSchema),
    problems: ['invalid_cursor'],
  }),
  getRequest: publicRoute({
    ...requests,
    ...read,
    path: '/inventory/v1/qr-requests/:id',
    summary: 'Read a request',
    params: idParams,
    answer: qrRequestSchema,
    problems: ['not_found'],
  }),
  getRequestTimeline: publicRoute({
    ...requests,
    ...read,
    path: '/inventory/v1/qr-requests/:id/timeline',
    summary: 'Timeline of a request',
    description: 'Who was asked, when, and what each did.',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(timelineEntrySchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
  cancelRequest: publicRoute({
    ...requests,
    ...change,
    path: '/inventory/v1/qr-requests/:id/cancellation',
    summary: 'Cancel a request',
    description: 'Its links no longer work. A repeat changes nothing.',
    params: idParams,
    answer: qrRequestSchema,
    problems: ['not_found', 'qr_request_state', 'action_not_available'],
  }),
  resendRequest: publicRoute({
    ...requests,
    ...change,
    path: '/inventory/v1/qr-requests/:id/resend',
    summary: 'Send a request again',
    description: 'With new links; the earlier ones no longer work, and reminders and expiry count from now.',
    idempotencyKey: true,
    params: idParams,
    answer: qrRequestSchema,
    problems: [
      'not_found',
      'qr_request_state',
      'action_not_available',
      'recipient_not_eligible',
      'dependency_unavailable',
    ],
  }),
} as const;
