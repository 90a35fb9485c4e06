/** What the worker asks of order. */
import { z } from 'zod';
import { ACTIONABLE_FACTS } from '../facts.ts';
import { END_REASONS, ORDER_STATUSES, REPLACEMENT_ACTIONS, TODOS } from '../order.ts';
import { WAITING_REASONS } from './notification.ts';
import { iccidIssueSchema, signalledIdentifiersSchema } from './inventory-internal.ts';
import { idSchema, languageSchema, msisdnSchema, timeSchema } from './primitives.ts';
import { internalRoute } from './route.ts';

const todoCodes = Object.keys(TODOS) as [keyof typeof TODOS, ...(keyof typeof TODOS)[]];
const orderIdParams = z.object({ orderId: idSchema });
const factParams = z.object({ orderId: idSchema, factId: idSchema });

const factAppliedSchema = z.object({ factId: idSchema, kind: z.enum(ACTIONABLE_FACTS) });

export const orderClaimSchema = z.object({
  orderNumber: z.string(),
  action: z.enum(REPLACEMENT_ACTIONS),
  status: z.enum(ORDER_STATUSES),
  endReason: z.enum(END_REASONS).nullable(),
  msisdn: msisdnSchema,
  providerId: idSchema,
  submitted: z.boolean(),
  managerTold: z.boolean(),
  waitsUntil: timeSchema.nullable(),
  todos: z.array(z.enum(todoCodes)),
  /** As it was stored: an answer is never stricter than that. */
  orderedBy: z.object({ name: z.string(), email: z.string(), language: languageSchema }),
  pending: z.array(factAppliedSchema),
});
export type OrderClaim = z.output<typeof orderClaimSchema>;

export const stepOutcomeSchema = z.object({
  status: z.enum(ORDER_STATUSES),
  todos: z.array(z.enum(todoCodes)),
  waitsUntil: timeSchema.nullable(),
});

const worker = { callers: ['worker'], status: 200 } as const;

export const orderInternalRoutes = {
  claim: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/orders/:orderId/claim',
    summary: 'Where the order stands and which applied facts are not carried out',
    params: orderIdParams,
    answer: orderClaimSchema,
    problems: ['not_found'],
  }),
  submit: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/orders/:orderId/submission',
    summary: "Sends the order to the provider under the order's key, unless its outcome is known already",
    params: orderIdParams,
    answer: z.discriminatedUnion('outcome', [
      z.object({
        outcome: z.literal('accepted'),
        providerReference: z.string().nullable(),
        waitsUntil: timeSchema.nullable(),
      }),
      z.object({ outcome: z.literal('not_needed') }),
      z.object({ outcome: z.literal('rejected'), fact: factAppliedSchema.nullable() }),
    ]),
    problems: ['dependency_unavailable', 'order_state'],
  }),
  getFact: internalRoute({
    ...worker,
    method: 'GET',
    path: '/internal/orders/:orderId/facts/:factId',
    summary: 'An applied fact of this order; 409 fact_not_applied for any other',
    params: factParams,
    answer: z.object({
      factId: idSchema,
      kind: z.enum(ACTIONABLE_FACTS),
      occurredAt: timeSchema,
      carriedOut: z.boolean(),
      /** What a notice is about. */
      notice: z.object({ why: z.enum(WAITING_REASONS), detail: z.string().nullable() }).nullable(),
      signalled: signalledIdentifiersSchema,
      /** What the provider calls the order, as far as it has said. */
      providerReference: z.string().nullable(),
    }),
    problems: ['not_found', 'fact_not_applied'],
  }),
  recordCarriedOut: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/orders/:orderId/facts/:factId/carried-out',
    summary: 'Inventory has done what the fact asks for: the status follows. A repeat changes nothing',
    params: factParams,
    body: z.object({
      newSim: z
        .object({
          id: idSchema,
          temporaryReference: z.string().nullable(),
          iccid: z.string().nullable(),
          enteredIccid: z.string().nullable(),
        })
        .nullable(),
      iccidIssue: iccidIssueSchema.nullable(),
    }),
    answer: stepOutcomeSchema,
    problems: ['fact_not_applied'],
  }),
  askProvider: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/orders/:orderId/facts/:factId/provider-request',
    summary:
      'Asks the provider for what the fact says and records its answer. A repeat after the answer changes nothing',
    params: factParams,
    answer: stepOutcomeSchema,
    problems: ['fact_not_applied', 'dependency_unavailable'],
  }),
  recordNoticeGiven: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/orders/:orderId/facts/:factId/notice-given',
    summary: 'The message about the fact is with notification. A repeat changes nothing',
    params: factParams,
    body: z.object({ messageId: idSchema }),
    answer: stepOutcomeSchema,
    problems: ['fact_not_applied'],
  }),
  noticeSilence: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/orders/:orderId/silence',
    summary: 'If a deadline has passed: the provider is asked, then reminded, then there is a to-do',
    params: orderIdParams,
    answer: stepOutcomeSchema.extend({ pending: z.array(factAppliedSchema) }),
  }),
  recordManagerTold: internalRoute({
    ...worker,
    method: 'PUT',
    path: '/internal/orders/:orderId/manager-told',
    summary: 'The message about the end of the order is with notification. A repeat changes nothing',
    params: orderIdParams,
    body: z.object({ messageId: idSchema }),
    answer: stepOutcomeSchema,
    problems: ['order_state'],
  }),
  seed: internalRoute({
    method: 'PUT',
    path: '/internal/seed',
    summary: 'Puts the provider connections of one account in place; only where seeding is allowed',
    callers: ['seed'],
    body: z.object({
      providerConnections: z.array(
        z.object({
          providerId: idSchema,
          address: z.url(),
          credential: z.string().min(16).describe('Bearer credential that we present to the provider'),
          signalSecrets: z.array(z.string().startsWith('whsec_')).min(1).max(2),
        }),
      ),
    }),
    status: 204,
    answer: z.undefined(),
  }),
} as const;
