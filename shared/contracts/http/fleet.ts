/** The fleet as the inventory shows it: employees, management groups, SIMs, lines, devices, action profiles. */
import { z } from 'zod';
import { ACTIONS } from '../actions.ts';
import { SIM_KINDS, SIM_STATES } from '../sim.ts';
import { actionListSchema } from './actions.ts';
import {
  emailSchema,
  idSchema,
  languageSchema,
  msisdnSchema,
  nameSchema,
  slotSchema,
  timeSchema,
} from './primitives.ts';

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
