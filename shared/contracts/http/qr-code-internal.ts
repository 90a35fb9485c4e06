/** What order and the worker ask of inventory about eSIM QR codes. */
import { z } from 'zod';
import { QR_REQUEST_ENDS, QR_REQUEST_OBSTACLES } from '../qr-code.ts';
import { QR_REQUEST_STEPS } from '../qr-code-request.ts';
import { conditionSchema } from './actions.ts';
import { messageContentSchema, messageRecipientsSchema } from './notification.ts';
import { idSchema, languageSchema, timeSchema } from './primitives.ts';
import { problemSchema } from './problem.ts';
import { internalRoute } from './route.ts';

/** As it was stored: an answer is never stricter than that. */
const personSchema = z.object({ id: z.string(), name: z.string(), email: z.string(), language: languageSchema });

/** A message that notification is to have under this id: the same for the same mail, however often it is asked for. */
export const messageToSendSchema = z.object({
  messageId: idSchema,
  content: messageContentSchema,
  recipients: messageRecipientsSchema,
});
export type MessageToSend = z.output<typeof messageToSendSchema>;

export const qrRequestClaimSchema = z.object({
  state: z.enum(['open', 'ended']),
  endReason: z.enum(QR_REQUEST_ENDS).nullable(),
  owed: z.enum(QR_REQUEST_STEPS).nullable(),
  owedAt: timeSchema.nullable(),
});

const worker = { callers: ['worker'], status: 200 } as const;
const requestParams = z.object({ requestId: idSchema });
const stepParams = requestParams.extend({ step: z.enum(QR_REQUEST_STEPS) });
const notificationParams = z.object({ notificationId: idSchema });
const orderParams = z.object({ orderId: idSchema });

export const qrCodeInternalRoutes = {
  claimRequest: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/qr-requests/:requestId/claim',
    summary: 'Where the request stands and what it is owed',
    params: requestParams,
    answer: qrRequestClaimSchema,
    problems: ['not_found'],
  }),
  getStepMails: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/qr-requests/:requestId/steps/:step/mails',
    summary: 'The mails of a step that is owed now; none if it is not',
    params: stepParams,
    answer: z.object({ messages: z.array(messageToSendSchema) }),
    problems: ['not_found', 'dependency_unavailable'],
  }),
  recordStep: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/qr-requests/:requestId/steps/:step',
    summary: 'The step is done: its mails are with notification, or the request has expired. A repeat changes nothing',
    params: stepParams,
    body: z.object({ messageIds: z.array(idSchema) }),
    answer: qrRequestClaimSchema,
    problems: ['not_found'],
  }),
  recordReturns: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/qr-requests/:requestId/returned-mails',
    summary: 'Mails of the request that came back or were complained of. A repeat changes nothing',
    params: requestParams,
    body: z.object({
      returns: z.array(
        z.object({ messageId: idSchema, email: z.string(), as: z.enum(['bounced', 'complained']), at: timeSchema }),
      ),
    }),
    answer: qrRequestClaimSchema,
    problems: ['not_found'],
  }),
  getNotificationMail: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/qr-notifications/:notificationId/mail',
    summary: 'The mail of a notification; none if it is sent, or no longer to be',
    params: notificationParams,
    answer: z.object({ messages: z.array(messageToSendSchema) }),
    problems: ['not_found'],
  }),
  recordNotificationSent: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/qr-notifications/:notificationId/sent',
    summary: 'The mail is with notification or, without one, no longer to be sent. A repeat changes nothing',
    params: notificationParams,
    body: z.object({ messageIds: z.array(idSchema) }),
    status: 204,
    answer: z.undefined(),
    problems: ['not_found'],
  }),
  /** For the draft of an order: whether the acting person could ask for a QR code of the eSIM to come. */
  getRequestOutlook: internalRoute({
    method: 'GET',
    callers: ['order'],
    status: 200,
    path: '/internal/lines/:lineId/qr-request-outlook',
    summary: 'The conditions of a QR request for the eSIM to come, as the acting person has them',
    params: z.object({ lineId: idSchema }),
    query: z.object({ distributorId: idSchema }),
    answer: z.object({ conditions: z.array(conditionSchema) }),
    problems: ['not_found'],
  }),
  /** Like an import, into the eSIM of the order; whoever confirmed the order is notified at once. */
  importOrderedCode: internalRoute({
    method: 'PUT',
    callers: ['order'],
    status: 200,
    path: '/internal/sim-replacements/:orderId/activation-code',
    summary: 'The activation code that came with a word of the provider. A repeat changes nothing',
    params: orderParams,
    body: z.object({
      factId: idSchema,
      occurredAt: timeSchema,
      activationCode: z.string().max(4096),
      orderedBy: personSchema,
    }),
    answer: z.discriminatedUnion('outcome', [
      z.object({ outcome: z.enum(['imported', 'unchanged', 'sim_ended']) }),
      z.object({ outcome: z.literal('refused'), problem: problemSchema.omit({ instance: true }) }),
    ]),
    problems: ['not_found', 'order_state'],
  }),
  /** One request an order, whatever the number of calls. */
  requestForOrder: internalRoute({
    method: 'PUT',
    callers: ['order'],
    status: 200,
    path: '/internal/sim-replacements/:orderId/qr-request',
    summary: 'Asks for the QR code of the eSIM of an order, for whoever confirmed it',
    params: orderParams,
    body: z.object({ factId: idSchema, orderedBy: personSchema }),
    answer: z.discriminatedUnion('outcome', [
      z.object({ outcome: z.literal('requested'), requestId: idSchema }),
      z.object({ outcome: z.literal('impossible'), obstacle: z.enum(QR_REQUEST_OBSTACLES), detail: z.string() }),
    ]),
    problems: ['not_found', 'order_state', 'dependency_unavailable'],
  }),
} as const;
