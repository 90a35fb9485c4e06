/** Provider connections, and the signals that came in over them. */
import { z } from 'zod';
import { DISPOSITIONS } from '../facts.ts';
import { idSchema, pageOf, pageQuery, textSchema, timeSchema } from './primitives.ts';
import { publicRoute } from './route.ts';

export const INTAKES = ['accepted', 'duplicate', 'unknown_order', 'unknown_change'] as const;

export const signalReceiptSchema = z
  .object({ receipt: idSchema, intake: z.enum(INTAKES) })
  .meta({ id: 'SignalReceipt' });

export const providerSignalSchema = z
  .object({
    receipt: idSchema,
    providerId: idSchema,
    intake: z.enum(INTAKES).exclude(['duplicate']),
    messageId: z.string(),
    type: z.string(),
    orderId: idSchema.nullable(),
    changeId: idSchema.nullable().describe('Of a signal about a SIM’s services: the change that it answers'),
    factId: idSchema.nullable(),
    disposition: z.enum(DISPOSITIONS).nullable(),
    occurredAt: timeSchema,
    receivedAt: timeSchema,
    replayOf: idSchema.nullable(),
    body: z.record(z.string(), z.unknown()).describe('As it came, an activation code replaced by a placeholder'),
  })
  .meta({ id: 'ProviderSignal' });
export type ProviderSignal = z.output<typeof providerSignalSchema>;

export const providerConnectionSchema = z
  .object({
    providerId: idSchema,
    address: z.url(),
    signalUrl: z.url().describe('Where this provider sends its signals'),
    updatedAt: timeSchema,
  })
  .meta({ id: 'ProviderConnection' });

export const providerSignalRoutes = {
  getProviderConnection: publicRoute({
    tag: 'Provider connections',
    method: 'GET',
    permission: 'provider-connections:read',
    path: '/orders/v1/provider-connections/:providerId',
    summary: 'Read a provider connection',
    description: 'How the provider is reached, and where it sends its signals. Secrets are never read back.',
    params: z.strictObject({ providerId: idSchema }),
    status: 200,
    answer: providerConnectionSchema,
    problems: ['not_found'],
  }),
  listProviderSignals: publicRoute({
    tag: 'Provider signals',
    method: 'GET',
    permission: 'provider-signals:read',
    path: '/orders/v1/provider-signals',
    summary: 'List signals',
    description: 'As they came in, the newest first.',
    query: z.strictObject({
      ...pageQuery,
      providerId: idSchema.optional(),
      orderId: idSchema.optional(),
      intake: z.enum(INTAKES).exclude(['duplicate']).optional(),
    }),
    status: 200,
    answer: pageOf(providerSignalSchema),
    problems: ['invalid_cursor'],
  }),
  getProviderSignal: publicRoute({
    tag: 'Provider signals',
    method: 'GET',
    permission: 'provider-signals:read',
    path: '/orders/v1/provider-signals/:receipt',
    summary: 'Read a signal',
    description: 'And what became of it.',
    params: z.strictObject({ receipt: idSchema }),
    status: 200,
    answer: providerSignalSchema,
    problems: ['not_found'],
  }),
  replayProviderSignal: publicRoute({
    tag: 'Provider signals',
    method: 'POST',
    permission: 'provider-signals:replay',
    path: '/orders/v1/provider-signals/:receipt/replay',
    summary: 'Replay a signal',
    description:
      'Takes a stored signal in anew: a new receipt and, if its order or change is there now, a new judgement.',
    params: z.strictObject({ receipt: idSchema }),
    idempotencyKey: true,
    body: z.strictObject({ reason: textSchema }),
    status: 202,
    answer: signalReceiptSchema,
    problems: ['not_found', 'idempotency_key_missing', 'idempotency_key_reused'],
  }),
} as const;
