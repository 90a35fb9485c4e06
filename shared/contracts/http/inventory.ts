/** Inventory: devices, lines, SIMs, management groups, employees, action profiles. */
import { z } from 'zod';
import { ACTIONS } from '../actions.ts';
import { SIM_KINDS, SIM_STATES } from '../sim.ts';
import { actionListSchema } from './actions.ts';
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
  slotSchema,
  textSchema,
  timeSchema,
} from './primitives.ts';
import { publicRoute } from './route.ts';
import { timelineEntrySchema } from './timeline.ts';

/** The change in flight on a line or SIM; null when there is none. */
export const changeInFlightSchema = z.object({ orderId: idSchema }).nullable();

export const employeeSchema = z
  .object({ id: idSchema, name: nameSchema, email: emailSchema.nullable(), language: languageSchema })
  .meta({ id: 'Employee' });
export type Employee = z.output<typeof employeeSchema>;

export const managementGroupSchema = z.object({ id: idSchema, name: nameSchema }).meta({ id: 'ManagementGroup' });
export type ManagementGroup = z.output<typeof managementGroupSchema>;

export const simSchema = z
  .object({
    id: idSchema,
    kind: z.enum(SIM_KINDS),
    state: z.enum(SIM_STATES),
    providerId: idSchema,
    distributorId: idSchema.nullable(),
    iccid: z.string().nullable(),
    temporaryReference: z.string().nullable().describe('SIM-Temp-… until the ICCID is known'),
    eid: z.string().nullable(),
    lineId: idSchema.nullable().describe('The line it serves, or will serve if it is temporary'),
    employeeId: idSchema.nullable().describe("Of a temporary eSIM: the old SIM's"),
    groupIds: z.array(idSchema).describe("Of a temporary eSIM: the old SIM's"),
    changeInFlight: changeInFlightSchema,
    version: z.int(),
    discardedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Sim' });
export type Sim = z.output<typeof simSchema>;

export const lineSchema = z
  .object({
    id: idSchema,
    msisdn: msisdnSchema,
    providerId: idSchema,
    deviceId: idSchema.nullable(),
    slot: slotSchema.nullable(),
    employeeId: idSchema.nullable(),
    sim: z
      .object({ id: idSchema, kind: z.enum(SIM_KINDS), state: z.enum(SIM_STATES), iccid: z.string().nullable() })
      .nullable(),
    incomingSim: z
      .object({ id: idSchema, temporaryReference: z.string().nullable(), iccid: z.string().nullable() })
      .nullable(),
    changeInFlight: changeInFlightSchema,
    version: z.int(),
  })
  .meta({ id: 'Line' });
export type Line = z.output<typeof lineSchema>;

export const QR_CODE_STATES = ['none'] as const;

export const deviceSchema = z
  .object({
    id: idSchema,
    make: nameSchema,
    model: nameSchema,
    imei1: z.string().nullable(),
    imei2: z.string().nullable(),
    eid: z.string().nullable(),
    esimCapable: z.enum(['yes', 'no', 'unknown']),
    employeeId: idSchema.nullable(),
    slots: z.array(
      z.object({
        slot: slotSchema,
        line: z.object({ id: idSchema, msisdn: msisdnSchema, providerId: idSchema }).nullable(),
        sim: z
          .object({ id: idSchema, kind: z.enum(SIM_KINDS), state: z.enum(SIM_STATES), iccid: z.string().nullable() })
          .nullable(),
        incomingSim: z
          .object({ id: idSchema, temporaryReference: z.string().nullable(), iccid: z.string().nullable() })
          .nullable(),
        changeInFlight: changeInFlightSchema,
        qrCodeState: z.enum(QR_CODE_STATES),
      }),
    ),
    version: z.int(),
  })
  .meta({ id: 'Device' });
export type Device = z.output<typeof deviceSchema>;

export const deviceDetailSchema = deviceSchema
  .extend({ actions: actionListSchema.shape.items })
  .meta({ id: 'DeviceDetail' });

/** Which actions, on which slots, the users who hold the profile may run. */
export const actionProfileSchema = z
  .object({
    id: idSchema,
    name: nameSchema,
    isDefault: z.boolean(),
    settings: z.array(z.object({ action: z.enum(ACTIONS), slot: slotSchema, enabled: z.boolean() })),
    holders: z
      .array(z.string())
      .describe('`sub` of each holder; of the default profile: empty, whoever holds no other'),
    version: z.int(),
  })
  .meta({ id: 'ActionProfile' });
export type ActionProfile = z.output<typeof actionProfileSchema>;

const fleet = { permission: 'fleet:read', tag: 'Fleet' } as const;
const read = { ...fleet, method: 'GET', status: 200 } as const;
const change = { method: 'PUT', permission: 'fleet:change', status: 200, tag: 'Fleet' } as const;

const version = z.int().optional().describe('The version that the caller has seen; 412 if it is no longer that one');

export const inventoryRoutes = {
  listDevices: publicRoute({
    ...read,
    path: '/inventory/v1/devices',
    summary: 'List devices',
    description: 'With their slots.',
    query: z.strictObject({
      ...pageQuery,
      q: nameSchema.optional().describe('Beginning of an IMEI, a number, an ICCID, or of make, model or employee'),
      employeeId: idSchema.optional(),
    }),
    answer: pageOf(deviceSchema),
    problems: ['invalid_cursor'],
  }),
  getDevice: publicRoute({
    ...read,
    path: '/inventory/v1/devices/:id',
    summary: 'Read a device',
    description: 'With its slots and every action on them.',
    params: idParams,
    answer: deviceDetailSchema,
    problems: ['not_found'],
  }),
  listLines: publicRoute({
    ...read,
    path: '/inventory/v1/lines',
    summary: 'List lines',
    description: 'With the SIM that serves each, and the incoming one while a change is in flight.',
    query: z.strictObject({
      ...pageQuery,
      q: nameSchema.optional().describe('Beginning of a number or an ICCID'),
      providerId: idSchema.optional(),
      groupId: idSchema.optional(),
      employeeId: idSchema.optional(),
      simKind: z.enum(SIM_KINDS).optional(),
      changeInFlight: z.stringbool().optional(),
    }),
    answer: pageOf(lineSchema),
    problems: ['invalid_cursor'],
  }),
  getLine: publicRoute({
    ...read,
    path: '/inventory/v1/lines/:id',
    summary: 'Read a line',
    params: idParams,
    answer: lineSchema,
    problems: ['not_found'],
  }),
  listSims: publicRoute({
    ...read,
    path: '/inventory/v1/sims',
    summary: 'List SIMs',
    description: 'Temporary eSIMs among them.',
    query: z.strictObject({
      ...pageQuery,
      q: nameSchema.optional().describe('Beginning of an ICCID or a temporary reference'),
      kind: z.enum(SIM_KINDS).optional(),
      state: z.enum(SIM_STATES).optional(),
      providerId: idSchema.optional(),
      groupId: idSchema.optional(),
      employeeId: idSchema.optional(),
    }),
    answer: pageOf(simSchema),
    problems: ['invalid_cursor'],
  }),
  getSim: publicRoute({
    ...read,
    path: '/inventory/v1/sims/:id',
    summary: 'Read a SIM',
    params: idParams,
    answer: simSchema,
    problems: ['not_found'],
  }),
  listEmployees: publicRoute({
    ...read,
    path: '/inventory/v1/employees',
    summary: 'List employees',
    query: z.strictObject({ ...pageQuery, q: nameSchema.optional().describe('Beginning of a name or e-mail address') }),
    answer: pageOf(employeeSchema),
    problems: ['invalid_cursor'],
  }),
  listManagementGroups: publicRoute({
    ...read,
    path: '/inventory/v1/management-groups',
    summary: 'List management groups',
    query: z.strictObject(pageQuery),
    answer: pageOf(managementGroupSchema),
    problems: ['invalid_cursor'],
  }),
  moveLine: publicRoute({
    ...change,
    path: '/inventory/v1/lines/:id/slot',
    summary: 'Move a line',
    description: 'Into a slot of a device, or out of any. Allowed while a change is in flight.',
    params: idParams,
    body: z.strictObject({ slot: z.strictObject({ deviceId: idSchema, number: slotSchema }).nullable(), version }),
    answer: lineSchema,
    problems: ['not_found', 'slot_taken', 'stale_version'],
  }),
  setSimGroups: publicRoute({
    ...change,
    path: '/inventory/v1/sims/:id/groups',
    summary: 'Set the groups of a SIM',
    description:
      'It is in exactly these afterwards. Allowed while a change is in flight; a temporary eSIM shows the old SIM’s.',
    params: idParams,
    body: z.strictObject({ groupIds: z.array(idSchema).max(50), version }),
    answer: simSchema,
    problems: ['not_found', 'sim_state', 'stale_version'],
  }),
  setSimEmployee: publicRoute({
    ...change,
    path: '/inventory/v1/sims/:id/employee',
    summary: 'Set the employee of a SIM',
    description: 'One, or none. Allowed while a change is in flight; a temporary eSIM shows the old SIM’s.',
    params: idParams,
    body: z.strictObject({ employeeId: idSchema.nullable(), version }),
    answer: simSchema,
    problems: ['not_found', 'sim_state', 'stale_version'],
  }),
  setSimState: publicRoute({
    ...change,
    path: '/inventory/v1/sims/:id/state',
    summary: 'Set the state of a SIM',
    description: 'Active, suspended or discarded, which is final. Refused while a change is in flight.',
    params: idParams,
    body: z.strictObject({ state: z.enum(['active', 'suspended', 'discarded']), version }),
    answer: simSchema,
    problems: ['not_found', 'sim_state', 'change_in_flight', 'stale_version'],
  }),
  setSimIccid: publicRoute({
    ...change,
    path: '/inventory/v1/sims/:id/iccid',
    summary: 'Set the ICCID of a SIM',
    description:
      'Refused while a change is in flight, and while its order still has a to-do about it: it is entered on the order then.',
    params: idParams,
    body: z.strictObject({
      iccid: z.string().max(40),
      reason: textSchema.optional().describe('Needed to correct an ICCID that is there'),
      acceptWarnings: acceptWarningsSchema,
      version,
    }),
    answer: simSchema,
    problems: [
      'not_found',
      'sim_state',
      'change_in_flight',
      'iccid_invalid',
      'iccid_in_use',
      'reason_required',
      'warnings_not_accepted',
      'stale_version',
    ],
  }),
  listLineActions: publicRoute({
    ...read,
    tag: 'Actions',
    path: '/inventory/v1/lines/:id/actions',
    summary: 'Actions of a line',
    description: 'Every action of the line and its SIM, with each condition, met or not, and its fix.',
    params: idParams,
    answer: actionListSchema,
    problems: ['not_found'],
  }),
  listSimActions: publicRoute({
    ...read,
    tag: 'Actions',
    path: '/inventory/v1/sims/:id/actions',
    summary: 'Actions of a SIM',
    description: 'Every action of the SIM, with each condition, met or not, and its fix.',
    params: idParams,
    answer: actionListSchema,
    problems: ['not_found'],
  }),
  listDeviceActions: publicRoute({
    ...read,
    tag: 'Actions',
    path: '/inventory/v1/devices/:id/actions',
    summary: 'Actions of a device',
    description: 'Every action of the lines and SIMs in it, with each condition, met or not, and its fix.',
    params: idParams,
    answer: actionListSchema,
    problems: ['not_found'],
  }),
  listActionProfiles: publicRoute({
    ...read,
    tag: 'Action profiles',
    permission: 'action-profiles:read',
    path: '/inventory/v1/action-profiles',
    summary: 'List action profiles',
    description: 'The default one first. Who holds none of the others has that one.',
    query: z.strictObject(pageQuery),
    answer: pageOf(actionProfileSchema),
    problems: ['invalid_cursor'],
  }),
  createActionProfile: publicRoute({
    tag: 'Action profiles',
    method: 'POST',
    permission: 'action-profiles:change',
    idempotencyKey: true,
    path: '/inventory/v1/action-profiles',
    summary: 'Make an action profile',
    description: 'A custom one; it starts as a copy of the default profile.',
    body: z.strictObject({ name: nameSchema }),
    status: 201,
    answer: actionProfileSchema,
    problems: ['idempotency_key_missing', 'idempotency_key_reused'],
  }),
  getSimTimeline: publicRoute({
    ...read,
    tag: 'Timelines',
    path: '/inventory/v1/sims/:id/timeline',
    summary: 'Timeline of a SIM',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(timelineEntrySchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
  getLineTimeline: publicRoute({
    ...read,
    tag: 'Timelines',
    path: '/inventory/v1/lines/:id/timeline',
    summary: 'Timeline of a line',
    params: idParams,
    query: z.strictObject(pageQuery),
    answer: pageOf(timelineEntrySchema),
    problems: ['not_found', 'invalid_cursor'],
  }),
} as const;
