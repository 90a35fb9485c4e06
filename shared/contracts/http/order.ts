/** Orders: drafts, confirmation, status, ICCID, timeline; provider connections and signals. */
import { z } from 'zod';
import { DISPOSITIONS, FACT_KINDS } from '../facts.ts';
import {
  CANCELLATION_STATES,
  END_REASONS,
  ORDER_STATUSES,
  REPLACEMENT_ACTIONS,
  REPLACEMENT_REASONS,
  TODOS,
} from '../order.ts';
import { packedArticleSchema } from './catalog.ts';
import {
  acceptWarningsSchema,
  emailSchema,
  idParams,
  idSchema,
  languageSchema,
  msisdnSchema,
  nameSchema,
  pageOf,
  pageQuery,
  textSchema,
  timeSchema,
} from './primitives.ts';
import { warningSchema } from './problem.ts';
import { publicRoute } from './route.ts';
import { TIMELINE_SOURCES } from './timeline.ts';

const todoCodes = Object.keys(TODOS) as [keyof typeof TODOS, ...(keyof typeof TODOS)[]];

export const todoSchema = z
  .object({
    code: z.enum(todoCodes),
    responsible: z.enum(['manager', 'operations']),
    since: timeSchema,
    detail: z.string().describe('What is missing or wrong, in plain words'),
    causeId: idSchema.nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Todo' });
export type Todo = z.output<typeof todoSchema>;

export const deliveryContactSchema = z
  .strictObject({ name: nameSchema, email: emailSchema, phone: msisdnSchema.optional() })
  .meta({ id: 'DeliveryContact' });
export type DeliveryContact = z.output<typeof deliveryContactSchema>;

export const cancellationSchema = z
  .object({
    state: z.enum(CANCELLATION_STATES),
    factId: idSchema.describe('The request'),
    requestedBy: z.string(),
    requestedAt: timeSchema,
    refusal: z.string().nullable().describe("The provider's words"),
  })
  .meta({ id: 'Cancellation' });
export type Cancellation = z.output<typeof cancellationSchema>;

export const orderSchema = z
  .object({
    id: idSchema,
    orderNumber: z.string().describe('ORD-2026-000042, for people; unique in the whole installation'),
    action: z.enum(REPLACEMENT_ACTIONS),
    status: z.enum(ORDER_STATUSES),
    endReason: z.enum(END_REASONS).nullable(),
    endDetail: z.string().nullable().describe("The provider's words"),
    lineId: idSchema,
    msisdn: msisdnSchema,
    oldSimId: idSchema,
    newSim: z
      .object({ id: idSchema, temporaryReference: z.string().nullable() })
      .nullable()
      .describe('The eSIM made for this order; after a cancellation it is only told of here'),
    providerId: idSchema,
    providerReference: z.string().nullable(),
    article: packedArticleSchema.nullable(),
    quantity: z.literal(1),
    compatibleArticles: z.array(packedArticleSchema).describe('What a draft can choose from; empty afterwards'),
    deliveryContact: deliveryContactSchema.nullable(),
    reference: z.string().nullable().describe("The customer's own"),
    comment: z.string().nullable(),
    reason: z.enum(REPLACEMENT_REASONS).nullable(),
    activate: z.boolean().describe('The new eSIM becomes active even if the old SIM is suspended'),
    requestQrCodeWhenProcessed: z
      .boolean()
      .describe('The distributor is asked for the QR code as soon as the eSIM can take one'),
    warnings: z.array(warningSchema).describe('To be accepted at confirmation'),
    orderedBy: z.object({ id: z.string(), name: z.string(), email: z.string(), language: languageSchema }),
    todos: z.array(todoSchema),
    needsAttention: z.boolean(),
    closed: z.boolean().describe('Finished, and nothing left to do'),
    submittedAt: timeSchema.nullable(),
    waitsUntil: timeSchema.nullable().describe("When the provider's silence is noticed next"),
    cancellation: cancellationSchema.nullable().describe('A request to cancel that the provider decides on'),
    adoptedFrom: z
      .object({ orderId: idSchema, factId: idSchema })
      .nullable()
      .describe('The cancelled order whose eSIM this one takes over, and the word that said so'),
    adoptedBy: idSchema.nullable().describe('The order that took over what the provider did for this one'),
    createdAt: timeSchema,
    expiresAt: timeSchema.nullable().describe('When the draft expires'),
    version: z.int(),
  })
  .meta({ id: 'Order' });
export type Order = z.output<typeof orderSchema>;

export const factSchema = z
  .object({
    id: idSchema,
    number: z.int().describe('Within the order'),
    kind: z.enum(FACT_KINDS),
    source: z.enum(TIMELINE_SOURCES),
    actorId: z.string().nullable(),
    causeId: z.string().nullable(),
    reason: z.string().nullable(),
    disposition: z.enum(DISPOSITIONS),
    occurredAt: timeSchema,
    recordedAt: timeSchema,
    carriedOutAt: timeSchema.nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Fact' });
export type Fact = z.output<typeof factSchema>;

export const draftBodySchema = z.strictObject({ action: z.enum(REPLACEMENT_ACTIONS), lineId: idSchema });

export const orderEntrySchema = z.strictObject({
  article: z
    .strictObject({
      packId: idSchema,
      articleId: idSchema,
      quantity: z.literal(1).optional().describe('Locked at 1'),
    })
    .optional(),
  deliveryContact: deliveryContactSchema.optional(),
  reference: nameSchema.nullable().optional(),
  comment: textSchema.nullable().optional(),
  reason: z.enum(REPLACEMENT_REASONS).optional(),
  activate: z.boolean().optional(),
  requestQrCodeWhenProcessed: z
    .boolean()
    .optional()
    .describe('Accepted if the caller could ask for the QR code of an eSIM of the chosen article on this line'),
});
export type OrderEntry = z.output<typeof orderEntrySchema>;

const orders = { tag: 'Orders' } as const;
const readOrders = { ...orders, method: 'GET', permission: 'orders:read', status: 200 } as const;
const changeOrders = { ...orders, permission: 'orders:change', status: 200, answer: orderSchema } as const;

export const orderRoutes = {
  createDraft: publicRoute({
    ...changeOrders,
    method: 'POST',
    path: '/orders/v1/orders',
    summary: 'Make a draft',
    description:
      'For an action on a line, with the compatible eSIMs. If there is only one, it is chosen already. A draft reserves nothing.',
    idempotencyKey: true,
    body: draftBodySchema,
    status: 201,
    problems: [
      'not_found',
      'idempotency_key_missing',
      'idempotency_key_reused',
      'action_not_available',
      'change_in_flight',
      'dependency_unavailable',
    ],
  }),
  listOrders: publicRoute({
    ...readOrders,
    path: '/orders/v1/orders',
    summary: 'List orders',
    description: 'The newest first.',
    query: z.strictObject({
      ...pageQuery,
      q: nameSchema.optional().describe('Beginning of an order number, a phone number or a reference'),
      status: z.enum(ORDER_STATUSES).optional(),
      lineId: idSchema.optional(),
      providerId: idSchema.optional(),
      needsAttention: z.stringbool().optional(),
    }),
    answer: pageOf(orderSchema),
    problems: ['invalid_cursor'],
  }),
  getOrder: publicRoute({
    ...readOrders,
    path: '/orders/v1/orders/:id',
    summary: 'Read an order',
    params: idParams,
    answer: orderSchema,
    problems: ['not_found'],
  }),
  editDraft: publicRoute({
    ...changeOrders,
    method: 'PATCH',
    path: '/orders/v1/orders/:id',
    summary: 'Fill in the order entry',
    description: 'Changes a draft; what is left out stays as it is.',
    params: idParams,
    body: orderEntrySchema,
    problems: [
      'not_found',
      'order_state',
      'draft_expired',
      'article_not_compatible',
      'action_not_available',
      'dependency_unavailable',
    ],
  }),
  confirm: publicRoute({
    ...changeOrders,
    method: 'POST',
    path: '/orders/v1/orders/:id/confirmation',
    summary: 'Confirm an order',
    description: 'Line and SIM are reserved, then the order goes to the provider. A repeat gets the order as it is.',
    params: idParams,
    body: z.strictObject({ acceptWarnings: acceptWarningsSchema }).default({ acceptWarnings: [] }),
    problems: [
      'not_found',
      'order_state',
      'draft_expired',
      'draft_incomplete',
      'action_not_available',
      'article_not_compatible',
      'change_in_flight',
      'warnings_not_accepted',
      'outcome_unknown',
    ],
  }),
  enterIccid: publicRoute({
    ...changeOrders,
    method: 'PUT',
    path: '/orders/v1/orders/:id/iccid',
    summary: 'Enter the ICCID',
    description: 'Of the new eSIM: while the order is in progress, or afterwards; a correction needs a reason.',
    params: idParams,
    body: z.strictObject({
      iccid: z.string().max(40),
      reason: textSchema.optional(),
      acceptWarnings: acceptWarningsSchema,
    }),
    problems: [
      'not_found',
      'order_state',
      'iccid_invalid',
      'iccid_in_use',
      'reason_required',
      'warnings_not_accepted',
      'dependency_unavailable',
    ],
  }),
  getTimeline: publicRoute({
    ...readOrders,
    path: '/orders/v1/orders/:id/timeline',
    summary: 'Timeline of an order',
    description: 'Its facts, in the order of their intake.',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(factSchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
} as const;
