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
import { internalRoute, publicRoute } from './route.ts';

/** `unknown`: handed to SES and no answer heard; it is handed over once more, marked, and not again. */
export const RECIPIENT_STATES = ['queued', 'sent', 'unknown', 'delivered', 'bounced', 'complained'] as const;

export const MESSAGE_KINDS = ['order_finished', 'order_waiting'] as const;

/** Why an order goes on, but not as the manager expects. */
export const WAITING_REASONS = ['provider_silent', 'installation_missing', 'cancellation_refused'] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

export const messageSchema = z
  .object({
    id: idSchema,
    kind: z.enum(MESSAGE_KINDS),
    object: z.object({ type: z.enum(['order']), id: idSchema }),
    createdAt: timeSchema,
    recipients: z.array(
      z.object({
        email: emailSchema,
        name: nameSchema,
        language: languageSchema,
        state: z.enum(RECIPIENT_STATES),
        sentAt: timeSchema.nullable(),
        providerMessageId: z.string().nullable(),
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

export const notificationRoutes = {
  listMessages: publicRoute({
    tag: 'Messages',
    method: 'GET',
    permission: 'messages:read',
    path: '/notifications/v1/messages',
    summary: 'List messages',
    description: 'The newest first.',
    query: z.strictObject({ ...pageQuery, objectId: idSchema.optional().describe('The order it is about') }),
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
      content: z.discriminatedUnion('kind', [orderFinishedSchema, orderWaitingSchema]),
      recipients: z
        .array(z.object({ name: nameSchema, email: emailSchema, language: languageSchema }))
        .min(1)
        .max(20),
    }),
    status: 202,
    answer: z.object({ messageId: idSchema }),
    problems: ['idempotency_key_reused'],
  }),
} as const;
