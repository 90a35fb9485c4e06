/** What order and the worker ask of inventory. */
import { z } from 'zod';
import { ACTIONS } from '../actions.ts';
import { REPLACEMENT_ACTIONS } from '../order.ts';
import { REPLACEMENT_STATES, SIM_KINDS, SIM_STATES } from '../sim.ts';
import { actionAvailabilitySchema } from './actions.ts';
import { employeeSchema, managementGroupSchema } from './fleet.ts';
import { acceptWarningsSchema, idSchema, msisdnSchema, nameSchema, slotSchema, textSchema } from './primitives.ts';
import { problemSchema } from './problem.ts';
import { internalRoute } from './route.ts';

const orderIdParams = z.object({ orderId: idSchema });

/** A line as an order needs to know it. */
export const orderedLineSchema = z.object({
  lineId: idSchema,
  msisdn: msisdnSchema,
  providerId: idSchema,
  simId: idSchema.nullable(),
  simKind: z.enum(SIM_KINDS).nullable(),
  iccid: z.string().nullable(),
  /** EID of the device the line is in, if it is known. */
  deviceEid: z.string().nullable(),
});
export type OrderedLine = z.output<typeof orderedLineSchema>;

/**
 * The first answer to an attempt stands: a repeat of the attempt gets it again, word for word. Only a higher attempt
 * after a refusal is tried anew.
 */
export const reservationSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('reserved'), line: orderedLineSchema }),
  z.object({ outcome: z.literal('refused'), problem: problemSchema.omit({ instance: true }) }),
]);
export type Reservation = z.output<typeof reservationSchema>;

/** What a provider's word says of the new eSIM. A malformed one is not refused here: it counts as missing. */
export const signalledIdentifiersSchema = z.object({
  iccid: z.string().max(100).nullable(),
  eid: z.string().max(100).nullable(),
});
export type SignalledIdentifiers = z.output<typeof signalledIdentifiersSchema>;

/** Why the new eSIM has no ICCID, or one that differs from what the provider said. */
export const iccidIssueSchema = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('iccid_missing'),
    reason: z.enum(['none_given', 'malformed', 'in_use']),
    otherSimId: idSchema.nullable(),
  }),
  z.object({ code: z.literal('iccid_differs'), signalled: z.string(), current: z.string() }),
]);
export type IccidIssue = z.output<typeof iccidIssueSchema>;

export const simReplacementSchema = z.object({
  orderId: idSchema,
  state: z.enum(REPLACEMENT_STATES),
  lineId: idSchema,
  oldSimId: idSchema,
  newSimId: idSchema.nullable(),
  temporaryReference: z.string().nullable(),
  /** The ICCID of the new eSIM as inventory would use, or uses, it. */
  iccid: z.string().nullable(),
  iccidIssue: iccidIssueSchema.nullable(),
  /** What a manager entered while the eSIM was temporary, whether it counted or not. */
  enteredIccid: z.string().nullable(),
});
export type SimReplacement = z.output<typeof simReplacementSchema>;

const step = {
  method: 'PUT',
  callers: ['worker'],
  params: orderIdParams,
  status: 200,
  answer: simReplacementSchema,
  problems: ['not_found', 'order_state'],
} as const;

/** The id of the fact that asks for the step; it stands in the timeline as the cause. */
const stepBody = z.object({ factId: idSchema, occurredAt: z.iso.datetime({ offset: true }) });

/** What the provider calls the order, as far as it has said: whoever is asked for the QR code may know it by that. */
const providerReferenceSchema = z.string().max(200).nullish();

export const inventoryInternalRoutes = {
  /** For the draft: the line and whether the acting person may run the action on it now. */
  getLineForOrder: internalRoute({
    method: 'GET',
    path: '/internal/lines/:lineId/actions/:action',
    summary: 'A line and one action on it, as the acting person has it',
    callers: ['order'],
    params: z.object({ lineId: idSchema, action: z.enum(ACTIONS) }),
    status: 200,
    answer: z.object({ line: orderedLineSchema, availability: actionAvailabilitySchema }),
    problems: ['not_found'],
  }),
  reserve: internalRoute({
    method: 'PUT',
    path: '/internal/sim-replacements/:orderId/reservation',
    summary: 'Checks every condition for the acting person and reserves line and SIM for the order, in one transaction',
    callers: ['order'],
    params: orderIdParams,
    body: z.object({
      attempt: z.int().min(1),
      action: z.enum(REPLACEMENT_ACTIONS),
      lineId: idSchema,
      article: z.object({ packId: idSchema, articleId: idSchema }),
      activate: z.boolean(),
      acceptWarnings: acceptWarningsSchema,
    }),
    status: 200,
    answer: reservationSchema,
    problems: ['dependency_unavailable'],
  }),
  createTemporaryEsim: internalRoute({
    ...step,
    path: '/internal/sim-replacements/:orderId/temporary-esim',
    summary: 'reserved → started: the temporary eSIM exists',
    body: stepBody.extend({ signalled: signalledIdentifiersSchema, providerReference: providerReferenceSchema }),
  }),
  commit: internalRoute({
    ...step,
    path: '/internal/sim-replacements/:orderId/commit',
    summary: 'reserved or started → committed: the eSIM is on the line, the old SIM is discarded, in one transaction',
    body: stepBody.extend({ signalled: signalledIdentifiersSchema, providerReference: providerReferenceSchema }),
  }),
  rollBack: internalRoute({
    ...step,
    path: '/internal/sim-replacements/:orderId/rollback',
    summary: 'reserved or started → rolled_back: the temporary eSIM is gone, line and old SIM are free',
    body: stepBody,
  }),
  /** A later word of the provider brings what was missing. Before the commit it is kept, after it set if still missing. */
  fillIn: internalRoute({
    ...step,
    callers: ['order'],
    path: '/internal/sim-replacements/:orderId/identifiers',
    summary: 'Fills in an ICCID or EID that was missing',
    body: stepBody.extend({ signalled: signalledIdentifiersSchema }),
  }),
  enterIccid: internalRoute({
    method: 'PUT',
    callers: ['order'],
    params: orderIdParams,
    status: 200,
    path: '/internal/sim-replacements/:orderId/iccid',
    summary:
      'Enters the ICCID while the eSIM is temporary, or enters or corrects it afterwards; the same again changes nothing',
    body: z.object({ iccid: z.string().max(40), reason: textSchema.nullable(), acceptWarnings: acceptWarningsSchema }),
    answer: simReplacementSchema.extend({ change: z.enum(['entered', 'corrected', 'none']) }),
    problems: [
      'iccid_invalid',
      'iccid_in_use',
      'reason_required',
      'warnings_not_accepted',
      'order_state',
      'not_found',
      'change_in_flight',
    ],
  }),
  getReplacement: internalRoute({
    method: 'GET',
    callers: ['order', 'worker'],
    params: orderIdParams,
    status: 200,
    path: '/internal/sim-replacements/:orderId',
    summary: 'Where the replacement of an order stands',
    answer: simReplacementSchema,
    problems: ['not_found'],
  }),
  seed: internalRoute({
    method: 'PUT',
    path: '/internal/seed',
    summary: 'Puts the seed data of one account in place; only where seeding is allowed',
    callers: ['seed'],
    body: z.lazy(() => inventorySeedSchema),
    status: 204,
    answer: z.undefined(),
  }),
} as const;

/** Everything the seed puts into the inventory of one account. What a change has touched since stays as it is. */
export const inventorySeedSchema = z.object({
  employees: z.array(employeeSchema),
  managementGroups: z.array(managementGroupSchema),
  sims: z.array(
    z.object({
      id: idSchema,
      kind: z.enum(SIM_KINDS),
      state: z.enum(SIM_STATES).exclude(['temporary']),
      providerId: idSchema,
      distributorId: idSchema.nullable(),
      iccid: z.string().nullable(),
      eid: z.string().nullable(),
      employeeId: idSchema.nullable(),
      groupIds: z.array(idSchema),
    }),
  ),
  devices: z.array(
    z.object({
      id: idSchema,
      make: nameSchema,
      model: nameSchema,
      imei1: z.string().nullable(),
      imei2: z.string().nullable(),
      eid: z.string().nullable(),
      esimCapable: z.enum(['yes', 'no', 'unknown']),
      employeeId: idSchema.nullable(),
    }),
  ),
  lines: z.array(
    z.object({
      id: idSchema,
      msisdn: msisdnSchema,
      providerId: idSchema,
      deviceId: idSchema.nullable(),
      slot: slotSchema.nullable(),
      employeeId: idSchema.nullable(),
      simId: idSchema.nullable(),
    }),
  ),
  actionProfiles: z.array(
    z.object({
      id: idSchema,
      name: nameSchema,
      /** Settings that are on; of a custom profile everything else is off. */
      enabled: z.array(z.object({ action: z.enum(ACTIONS), slot: slotSchema })),
      holders: z.array(z.string()),
    }),
  ),
});
export type InventorySeed = z.output<typeof inventorySeedSchema>;
