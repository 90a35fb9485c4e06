/** Notification: messages to people, and what became of them. */
import { z } from 'zod';
import { END_REASONS, REPLACEMENT_ACTIONS } from '../order.ts';
import {
  emailSchema,
  idParams,
  idSchema,
  languageSchema,
  msisdnSchema,
  nameSchema,
  pageOf,
  pageQuery,
  timeSchema,
} from './primitives.ts';
import { requestMessagesSchema } from './qr-request-messages.ts';
import { internalRoute, publicRoute } from './route.ts';

/** `unknown`: handed to SES and no answer heard; it is handed over once more, marked, and not again. */
export const RECIPIENT_STATES = ['queued', 'sent', 'unknown', 'delivered', 'bounced', 'complained'] as const;

export const MESSAGE_KINDS = [
  'order_finished',
  'order_waiting',
  'qr_code_requested',
  'qr_code_available',
  'qr_file_refused',
  'qr_request_returned',
] as const;

export const MESSAGE_OBJECTS = ['order', 'qr_request', 'sim'] as const;

/** Why an order goes on, but not as the manager expects. */
export const WAITING_REASONS = ['provider_silent', 'installation_missing', 'cancellation_refused'] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

export const messageSchema = z
  .object({
    id: idSchema,
    kind: z.enum(MESSAGE_KINDS),
    object: z.object({ type: z.enum(MESSAGE_OBJECTS), id: idSchema }),
    createdAt: timeSchema,
    recipients: z.array(
      z.object({
        email: emailSchema,
        name: nameSchema,
        language: languageSchema,
        state: z.enum(RECIPIENT_STATES),
        sentAt: timeSchema.nullable(),
        providerMessageId: z.string().nullable(),
        returned: z
          .object({ at: timeSchema, detail: z.string().nullable() })
          .nullable()
          .describe('When and why it bounced or was complained of; or seemed to, where the state is another'),
      }),
    ),
  })
  .meta({ id: 'Message' });
export type Message = z.output<typeof messageSchema>;

const orderFinishedSchema = z.object({
  kind: z.literal('order_finished'),
  orderId: idSchema,
  orderNumber: z.string(),
  action: z.enum(REPLACEMENT_ACTIONS),
  msisdn: msisdnSchema,
  outcome: z.enum(['processed', 'cancelled']),
  endReason: z.enum(END_REASONS).nullable(),
  needsAttention: z.boolean(),
});
export type OrderFinished = z.output<typeof orderFinishedSchema>;

const orderWaitingSchema = z.object({
  kind: z.literal('order_waiting'),
  orderId: idSchema,
  orderNumber: z.string(),
  action: z.enum(REPLACEMENT_ACTIONS),
  msisdn: msisdnSchema,
  why: z.enum(WAITING_REASONS),
  /** The provider's words. */
  detail: z.string().nullable(),
});
export type OrderWaiting = z.output<typeof orderWaitingSchema>;

/** The SIM as people know it. */
export const namedSimSchema = z.object({
  id: idSchema,
  msisdn: msisdnSchema.nullable(),
  iccid: z.string().nullable(),
  temporaryReference: z.string().nullable(),
});

/** The words of a person; a link button follows for recipients who have a link, and CC see that they have none. */
const qrCodeRequestedSchema = z.object({
  kind: z.literal('qr_code_requested'),
  requestId: idSchema,
  reminder: z.int().min(0).describe('0: the request itself; 1 and 2: its reminders'),
  messages: requestMessagesSchema,
  expiresAt: timeSchema,
});
export type QrCodeRequested = z.output<typeof qrCodeRequestedSchema>;

const qrCodeAvailableSchema = z.object({
  kind: z.literal('qr_code_available'),
  sim: namedSimSchema,
  /** Where the code was asked for: what the mail is shown under. */
  requestId: idSchema.nullable(),
  confirmationCodeRequired: z.boolean(),
  expiresAt: timeSchema,
});
export type QrCodeAvailable = z.output<typeof qrCodeAvailableSchema>;

const qrFileRefusedSchema = z.object({
  kind: z.literal('qr_file_refused'),
  requestId: idSchema,
  sim: namedSimSchema,
  /** The words of whoever refused it. */
  reason: z.string(),
});
export type QrFileRefused = z.output<typeof qrFileRefusedSchema>;

const qrRequestReturnedSchema = z.object({
  kind: z.literal('qr_request_returned'),
  requestId: idSchema,
  sim: namedSimSchema,
  returns: z.array(z.object({ name: z.string(), email: z.string(), as: z.enum(['bounced', 'complained']) })).min(1),
});
export type QrRequestReturned = z.output<typeof qrRequestReturnedSchema>;

export const messageContentSchema = z.discriminatedUnion('kind', [
  orderFinishedSchema,
  orderWaitingSchema,
  qrCodeRequestedSchema,
  qrCodeAvailableSchema,
  qrFileRefusedSchema,
  qrRequestReturnedSchema,
]);

/**
 * `linkId`: a link of inventory's that the mail carries; its token is made when the mail is, and stored nowhere. Null:
 * the mail has no link.
 */
export const messageRecipientsSchema = z
  .array(
    z.object({
      name: nameSchema,
      email: emailSchema,
      language: languageSchema,
      linkId: idSchema.nullable().default(null),
    }),
  )
  .min(1)
  .max(25);

export const notificationRoutes = {
  listMessages: publicRoute({
    tag: 'Messages',
    method: 'GET',
    permission: 'messages:read',
    path: '/notifications/v1/messages',
    summary: 'List messages',
    description: 'The newest first.',
    query: z.strictObject({
      ...pageQuery,
      objectId: idSchema.optional().describe('The order, request or SIM it is about'),
    }),
    status: 200,
    answer: pageOf(messageSchema),
    problems: ['invalid_cursor'],
  }),
  getMessage: publicRoute({
    tag: 'Messages',
    method: 'GET',
    permission: 'messages:read',
    path: '/notifications/v1/messages/:id',
    summary: 'Read a message',
    description: 'With its recipients and what became of each.',
    params: idParams,
    status: 200,
    answer: messageSchema,
    problems: ['not_found'],
  }),
} as const;

export const notificationInternalRoutes = {
  /** Idempotent by message id: the first content stands, a repeat with another content is idempotency_key_reused. */
  putMessage: internalRoute({
    method: 'PUT',
    path: '/internal/messages/:messageId',
    summary: 'A message to send, once to each recipient',
    callers: ['worker'],
    params: z.object({ messageId: idSchema }),
    body: z.object({
      content: messageContentSchema,
      recipients: messageRecipientsSchema,
    }),
    status: 202,
    answer: z.object({ messageId: idSchema }),
    problems: ['idempotency_key_reused'],
  }),
  listReturns: internalRoute({
    method: 'GET',
    path: '/internal/qr-requests/:requestId/returned-mails',
    summary: 'Mails of the request that came back or were complained of, and that nobody has recorded yet',
    callers: ['worker'],
    params: z.object({ requestId: idSchema }),
    status: 200,
    answer: z.object({
      returns: z.array(
        z.object({ messageId: idSchema, email: z.string(), as: z.enum(['bounced', 'complained']), at: timeSchema }),
      ),
    }),
  }),
  recordReturnsTold: internalRoute({
    method: 'PUT',
    path: '/internal/qr-requests/:requestId/returned-mails/told',
    summary: 'Inventory has recorded these. A repeat changes nothing',
    callers: ['worker'],
    params: z.object({ requestId: idSchema }),
    body: z.object({ returns: z.array(z.object({ messageId: idSchema, email: z.string() })) }),
    status: 204,
    answer: z.undefined(),
  }),
} as const;
