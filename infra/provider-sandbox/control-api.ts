/** What the sandbox can be told under /control and what it tells: the one place where that is written. */
import type { PROVIDER_ORDER_STATUSES } from '@simlane/contracts/http/provider';
import { REPLACEMENT_ACTIONS } from '@simlane/contracts/order';
import { z } from 'zod';

const SIGNAL_TYPES = [
  'order.acknowledged',
  'order.processed',
  'order.installed',
  'order.cancelled',
  'order.rejected',
] as const;
export type SignalType = (typeof SIGNAL_TYPES)[number];

/** As `data.iccid` or `data.activationCode`: the sandbox gives the order's eSIM a believable one, the same each time. */
export const GENERATE = 'generate';

/** Node's timers count in 32 bits; a week is longer than any test and short enough. */
export const LONGEST_WAIT_MS = 7 * 24 * 60 * 60 * 1000;
const MOST_REPEATS = 100;
export const MOST_RULES = 1000;

const repeatSchema = z.int().min(1).max(MOST_REPEATS).default(1);
const dataSchema = z.record(z.string(), z.unknown()).default({});

export const connectionSchema = z.strictObject({
  accountId: z.uuid(),
  credential: z.string().min(16).describe('The bearer credential that orders for this provider come with'),
  signalUrl: z.url().describe('Where its signals go'),
  signalSecret: z.string().startsWith('whsec_').describe('What its signals are signed with'),
});
export type Connection = z.output<typeof connectionSchema>;

const stepSchema = z.strictObject({
  afterMs: z.int().min(0).max(LONGEST_WAIT_MS).describe('Counted from the acceptance of the order'),
  signal: z.enum(SIGNAL_TYPES),
  data: dataSchema,
  repeat: repeatSchema.describe('How often the very same message is sent'),
  shuffle: z
    .boolean()
    .default(false)
    .describe('Steps of an order with this mark exchange their times, another way in each order'),
  silent: z.boolean().default(false).describe('It happens at the provider, but no signal says so'),
});
export type Step = z.output<typeof stepSchema>;

/** Answers that decide nothing for whoever asks; to `hang` is none at all. */
export const MISBEHAVIOURS = ['fail', 'hang', 'garbage', 'redirect'] as const;
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

export type RequestSort = 'submission' | 'lookup' | 'cancellation' | 'reminder';
/** What is asked about an order that was submitted, under a key of its own. */
export type OrderRequestSort = Extract<RequestSort, 'cancellation' | 'reminder'>;

/** What goes with an answer that decides nothing, or refuses. */
export const misbehaviourSchema = {
  acceptedAnyway: z
    .boolean()
    .default(false)
    .describe('With a misbehaviour: what is asked for is accepted, only the answer is lost'),
  httpStatus: z.int().min(400).max(599).default(500).describe('With fail'),
  failsWith: z.enum(['problem', 'garbage', 'empty']).default('problem').describe('With fail: the body'),
  problemCode: z.string().default('failure').describe('With fail and a problem: its code'),
  retryAfterSeconds: z.int().min(0).optional().describe('With fail: the header Retry-After'),
  detail: z.string().optional().describe('With reject, refuse: the reason'),
};

/**
 * How a provider treats the orders that match. The first matching rule that speaks of a sort of request, or of steps,
 * decides on that; rules for one order come before those for all. Without any: accept, answer, and say nothing.
 */
const ruleSchema = z
  .strictObject({
    providerId: z.uuid().optional(),
    msisdn: z.string().optional(),
    action: z.enum(REPLACEMENT_ACTIONS).optional(),
    submission: z.enum(['accept', 'reject', ...MISBEHAVIOURS]).optional(),
    lookup: z
      .enum(['answer', 'unknown', ...MISBEHAVIOURS])
      .optional()
      .describe('unknown: 404, also of an accepted order'),
    cancellation: z.enum(['accept', 'refuse', ...MISBEHAVIOURS]).optional(),
    reminder: z.enum(['answer', 'unknown', ...MISBEHAVIOURS]).optional(),
    times: z
      .int()
      .min(1)
      .optional()
      .describe('For the first so many requests about an order only, counted by their sort; absent: for all'),
    ...misbehaviourSchema,
    cancelledAfterMs: z
      .int()
      .min(0)
      .max(LONGEST_WAIT_MS)
      .optional()
      .describe('So long after an accepted cancellation: order.cancelled, in place of the steps left; absent: nothing'),
    steps: z.array(stepSchema).max(MOST_REPEATS).optional(),
  })
  .refine((rule) => rule.cancelledAfterMs === undefined || rule.cancellation !== undefined, {
    path: ['cancelledAfterMs'],
    error: 'Goes with cancellation: without it the rule says nothing about cancellations',
  });
export type Rule = z.output<typeof ruleSchema>;

export const rulesSchema = z.strictObject({ rules: z.array(ruleSchema).max(MOST_RULES) });

export const messageSchema = {
  messageId: z.string().min(1).optional().describe('webhook-id; absent: a new one'),
  repeat: repeatSchema,
  timestamp: z.iso.datetime({ offset: true }).optional().describe('webhook-timestamp; absent: now'),
  secret: z.string().startsWith('whsec_').optional().describe('Sign with this instead of the right secret'),
};

const envelopeSchema = {
  providerId: z.uuid().optional().describe('Who says it; absent: the provider that has accepted the order'),
  ...messageSchema,
};

export const signalRequestSchema = z.strictObject({
  ...envelopeSchema,
  type: z.string(),
  data: dataSchema,
  orderId: z.string().optional().describe('Speak of this order instead of the one in the path'),
  providerReference: z.string().nullable().optional(),
  occurredAt: z.string().optional(),
});
export type SignalRequest = z.output<typeof signalRequestSchema>;

export const rawSignalRequestSchema = z.strictObject({
  ...envelopeSchema,
  body: z.string().describe('Sent as it is'),
  contentType: z.string().default('application/json'),
  headers: z.record(z.string(), z.string()).default({}).describe('Instead of the ones that would be sent'),
});

/** One message sent at once, with the answer to it. `status` is null when no answer came. */
export interface SentSignal {
  readonly messageId: string;
  readonly sent: string;
  readonly status: number | null;
  readonly body: string;
}

export interface DeliveryAttempt {
  readonly at: string;
  readonly status: number | null;
  readonly answer: string;
}

/** A message and what became of it; `given_up` after a 400 or 401, which a repeat cannot change, or if sent once in vain. */
export interface Delivery {
  readonly messageId: string;
  readonly providerId: string;
  readonly orderId: string;
  readonly type: string;
  readonly body: string;
  /** `once`: sent by hand, one attempt a copy, never repeated by the sandbox. */
  readonly mode: 'until_delivered' | 'once';
  readonly state: 'pending' | 'delivered' | 'given_up';
  readonly attempts: readonly DeliveryAttempt[];
}

/** An order that a provider has accepted; `accepted` above 1 means that it was accepted more than once. */
export interface AcceptedOrder {
  readonly orderId: string;
  readonly providerId: string;
  readonly key: string;
  readonly accepted: number;
  readonly submissions: number;
  /** How many were asked for, each under its own key, whatever was answered; so are reminders counted. */
  readonly cancellations: number;
  readonly reminders: number;
  readonly providerReference: string;
  readonly status: (typeof PROVIDER_ORDER_STATUSES)[number];
  readonly iccid: string | null;
  readonly acceptedAt: string;
  readonly order: Readonly<Record<string, unknown>>;
}

/** A request as it came in at the provider's side. `status` is null while, or because, it was not answered. */
export interface ReceivedRequest {
  readonly number: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly providerId: string;
  readonly orderId: string | null;
  readonly idempotencyKey: string | null;
  readonly body: unknown;
  readonly status: number | null;
}
