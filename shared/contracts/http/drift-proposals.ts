/** Inventory: where a provider has SIMs otherwise than it has confirmed them, and what is decided about it (product.md §5). */
import { z } from 'zod';
import { DRIFT_STATES, DRIFT_TAKES } from '../drift.ts';
import { idParams, idSchema, pageOf, pageQuery, textSchema, timeSchema } from './primitives.ts';
import { publicRoute } from './route.ts';

const difference = {
  ours: z.string().describe('As the provider has last confirmed it'),
  theirs: z.string().describe('As it reports it'),
  since: timeSchema.describe('Since when both have been seen to differ'),
};
const differencesShape = {
  options: z.array(z.object({ option: z.string(), ...difference })),
  ratePlan: z.object(difference).nullable(),
};
const version = z.int().min(1).describe('Moves when what differs changes: a decision names what it was made of');

/** As `GET sims/{id}/services` has it. */
export const driftSchema = z.object({ proposalId: idSchema, version, since: timeSchema, ...differencesShape });

export const driftProposalSchema = z
  .object({
    id: idSchema,
    simId: idSchema,
    state: z.enum(DRIFT_STATES),
    version,
    since: timeSchema,
    seenAt: timeSchema.describe('When the provider last reported it so'),
    ...differencesShape,
    decidedBy: z.string().nullable(),
    reason: z.string().nullable(),
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'DriftProposal' });
export type DriftProposal = z.output<typeof driftProposalSchema>;

export const serviceReconciliationSchema = z
  .object({
    id: idSchema.describe("The SIM's, or the account's where it is of all SIMs"),
    simId: idSchema.nullable(),
    askedAt: timeSchema.nullable().describe('Since when one is wanted that has not ended; null: none is'),
    beganAt: timeSchema.nullable().describe('The newest one'),
    endedAt: timeSchema.nullable(),
    compared: z.int().describe('SIMs of which the provider has reported'),
    unread: z
      .int()
      .describe('SIMs that were asked about in vain. A provider that says nothing is passed by with all its others'),
  })
  .meta({ id: 'ServiceReconciliation' });
export type ServiceReconciliation = z.output<typeof serviceReconciliationSchema>;

const tag = 'Drift';
const read = { method: 'GET', permission: 'fleet:read', status: 200, tag } as const;
const change = { method: 'POST', permission: 'fleet:change', tag } as const;

export const driftProposalRoutes = {
  listDriftProposals: publicRoute({
    ...read,
    path: '/inventory/v1/drift-proposals',
    summary: 'List where providers have SIMs otherwise than confirmed, the newest first',
    query: z.strictObject({ ...pageQuery, state: z.enum(DRIFT_STATES).optional(), simId: idSchema.optional() }),
    answer: pageOf(driftProposalSchema),
    problems: ['invalid_cursor'],
  }),
  getDriftProposal: publicRoute({
    ...read,
    path: '/inventory/v1/drift-proposals/:id',
    summary: 'Read a drift proposal',
    params: idParams,
    answer: driftProposalSchema,
    problems: ['not_found'],
  }),
  decideDrift: publicRoute({
    ...change,
    status: 200,
    path: '/inventory/v1/drift-proposals/:id/decision',
    summary: 'Decide whether theirs counts, or ours',
    description:
      'Theirs: what the provider reports is taken as confirmed, options as a deviation of kind found. Ours: what differs is sent to the provider anew. The first decision stands; the same again changes nothing.',
    params: idParams,
    body: z.strictObject({
      take: z.enum(DRIFT_TAKES),
      version: version.describe('Of the proposal as it was looked at'),
      reason: textSchema.optional(),
    }),
    answer: driftProposalSchema,
    problems: ['not_found', 'drift_state', 'drift_changed', 'profile_invalid', 'dependency_unavailable'],
  }),
  askForReconciliation: publicRoute({
    ...change,
    status: 202,
    path: '/inventory/v1/service-reconciliations',
    summary: 'Ask that SIMs are compared with what their providers report',
    description:
      'All SIMs of the account that have services, or one. It happens daily by itself. A repeat asks for no second one.',
    body: z.strictObject({ simId: idSchema.optional() }),
    answer: serviceReconciliationSchema,
    problems: ['not_found'],
  }),
  getReconciliation: publicRoute({
    ...read,
    path: '/inventory/v1/service-reconciliations/:id',
    summary: 'See how far a reconciliation is, or how the last one went',
    params: idParams,
    answer: serviceReconciliationSchema,
    problems: ['not_found'],
  }),
} as const;
