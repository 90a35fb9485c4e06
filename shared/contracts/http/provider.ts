/** The conversation with a provider (api.md): orders out, signals in. What is unknown in a provider's message is kept and ignored. */
import { z } from 'zod';
import { REPLACEMENT_ACTIONS } from '../order.ts';
import { idSchema, timeSchema } from './primitives.ts';
import { deliveryContactSchema } from './order.ts';
import { servicesAppliedSignalSchema, servicesRefusedSignalSchema } from './provider-services.ts';

/** Idempotency key under which an order is submitted, however often. */
export const submissionKey = (orderId: string): string => `sim-replacement/${orderId}:submit`;

export const providerOrderSchema = z.looseObject({
  orderId: idSchema,
  action: z.enum(REPLACEMENT_ACTIONS),
  msisdn: z.string(),
  oldIccid: z.string().nullable(),
  supplierArticleCode: z.string(),
  eid: z.string().optional(),
  customerNumber: z.string(),
  deliveryContact: deliveryContactSchema,
  comment: z.string().nullable(),
});
export type ProviderOrder = z.output<typeof providerOrderSchema>;

export const providerAcceptanceSchema = z.looseObject({ providerReference: z.string().min(1).max(200) });

/** The codes by which a provider refuses an order; any other answer is a failure, not a decision. */
export const providerRejectionSchema = z.looseObject({ code: z.literal('rejected'), detail: z.string().optional() });

/** A request to cancel that the provider does not follow. */
export const providerRefusalSchema = z.looseObject({
  code: z.literal('cancellation_refused'),
  detail: z.string().optional(),
});

/** The provider says in its own words that it does not have the order; any other 404 may come from something between. */
export const providerUnknownOrderSchema = z.looseObject({ code: z.enum(['not_found', 'unknown_order']) });

export const PROVIDER_ORDER_STATUSES = [
  'received',
  'acknowledged',
  'processed',
  'installed',
  'cancelled',
  'rejected',
] as const;

export const providerOrderStatusSchema = z.looseObject({
  status: z.enum(PROVIDER_ORDER_STATUSES),
  orderId: z.string().optional(),
  providerReference: z.string().max(200).nullish(),
  iccid: z.string().max(100).nullish(),
  eid: z.string().max(100).nullish(),
  activationCode: z.string().max(300).nullish(),
  reason: z.string().max(2000).nullish(),
});
export type ProviderOrderStatus = z.output<typeof providerOrderStatusSchema>;

/** Idempotency keys of what follows a submission: one for each fact that asks. */
export const providerRequestKey = (orderId: string, factId: string): string => `sim-replacement/${orderId}:${factId}`;

const signalled = z.looseObject({
  iccid: z.string().max(100).nullish(),
  eid: z.string().max(100).nullish(),
  activationCode: z.string().max(300).nullish(),
});

const order = { orderId: idSchema, providerReference: z.string().max(200).nullish(), occurredAt: timeSchema };

const ended = z.looseObject({ reason: z.string().max(2000).nullish() });

/** A signal about an order. */
const orderSignalSchemas = [
  z.looseObject({ type: z.literal('order.acknowledged'), ...order, data: signalled.default({}) }),
  z.looseObject({ type: z.literal('order.processed'), ...order, data: signalled.default({}) }),
  z.looseObject({ type: z.literal('order.installed'), ...order, data: signalled.default({}) }),
  z.looseObject({ type: z.literal('order.cancelled'), ...order, data: ended.default({}) }),
  z.looseObject({ type: z.literal('order.rejected'), ...order, data: ended.default({}) }),
] as const;

/** What a provider can signal. */
export const providerSignalBodySchema = z.discriminatedUnion('type', [
  ...orderSignalSchemas,
  servicesAppliedSignalSchema,
  servicesRefusedSignalSchema,
]);
export type ProviderSignalBody = z.output<typeof providerSignalBodySchema>;
export type OrderSignalBody = z.output<(typeof orderSignalSchemas)[number]>;
export type ServicesSignalBody = Exclude<ProviderSignalBody, OrderSignalBody>;

export const isServicesSignal = (body: ProviderSignalBody): body is ServicesSignalBody =>
  body.type === 'services.applied' || body.type === 'services.refused';
