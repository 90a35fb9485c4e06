/** What people decide about an order on its way: its manager, and operations. */
import { z } from 'zod';
import { CONFLICT_RESOLUTIONS } from '../order.ts';
import { orderSchema } from './order.ts';
import { idParams, idSchema, textSchema, timeSchema } from './primitives.ts';
import { publicRoute } from './route.ts';

const reason = textSchema.describe('Why; it stands on the timeline');

export const decisionBodySchema = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('remind'), reason }).describe('The provider is reminded now'),
  z.strictObject({ decision: z.literal('extend'), until: timeSchema, reason }).describe('The provider gets more time'),
  z
    .strictObject({ decision: z.literal('resubmit'), reason })
    .describe('A submission whose outcome is unknown is sent again, although the provider may have forgotten its key'),
  z
    .strictObject({
      decision: z.literal('mark_processed'),
      iccid: z.string().max(40).optional().describe('Of the new eSIM'),
      reason,
    })
    .describe('The eSIM serves the line, although no word of the provider says so'),
  z.strictObject({ decision: z.literal('cancel'), reason }).describe('The order is cancelled and the provider told'),
  z
    .strictObject({
      decision: z.literal('resolve_conflict'),
      factId: idSchema.describe('The conflicting fact: `causeId` of the to-do'),
      resolution: z.enum(CONFLICT_RESOLUTIONS),
      reason,
    })
    .describe('A word that contradicts what was decided before'),
]);
export type DecisionBody = z.output<typeof decisionBodySchema>;

const change = { tag: 'Orders', method: 'POST', status: 200, params: idParams, answer: orderSchema } as const;

export const orderDecisionRoutes = {
  requestCancellation: publicRoute({
    ...change,
    permission: 'orders:change',
    path: '/orders/v1/orders/:id/cancellation-requests',
    summary: 'Ask for cancellation',
    description:
      'Before the order was sent to the provider it is cancelled at once. Afterwards the provider is asked, and decides: ' +
      'see `cancellation`. A repeat while a request is open gets the order as it is.',
    body: z.strictObject({ reason: textSchema.optional() }).default({}),
    problems: ['not_found', 'order_state', 'action_not_available', 'dependency_unavailable'],
  }),
  confirmInstallation: publicRoute({
    ...change,
    permission: 'orders:change',
    path: '/orders/v1/orders/:id/installation',
    summary: 'Confirm the installation',
    description:
      'The eSIM is installed and serves the line: for providers whose cut-over is the installation. A repeat gets the order as it is.',
    body: z.strictObject({}).default({}),
    problems: ['not_found', 'order_state', 'action_not_available', 'dependency_unavailable'],
  }),
  decide: publicRoute({
    ...change,
    permission: 'orders:decide',
    path: '/orders/v1/orders/:id/decisions',
    summary: 'Decide about an order',
    description:
      'What operations do about an order that does not go on by itself; each decision is a fact of it. What the state does ' +
      'not allow is refused with `possible`.',
    idempotencyKey: true,
    body: decisionBodySchema,
    problems: [
      'not_found',
      'order_state',
      'iccid_invalid',
      'idempotency_key_missing',
      'idempotency_key_reused',
      'dependency_unavailable',
    ],
  }),
} as const;
