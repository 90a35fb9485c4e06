/** A small fleet for tests: ids made up on the spot, put in place through the seed route's own statements. */
import { randomInt, randomUUID } from 'node:crypto';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { hasValidCheckDigit } from '@simlane/contracts/iccid';
import { inAccount } from '@simlane/service-kit/postgres';
import type { Database } from './database.ts';
import { insertMissing } from './seed/seed.repository.ts';

type Line = InventorySeed['lines'][number];
type SeededSim = InventorySeed['sims'][number];

export const newIccid = (digits = 19): string => {
  const body = `89${Array.from({ length: digits - 3 }, () => randomInt(10)).join('')}`;
  const candidates = Array.from({ length: 10 }, (_, digit) => `${body}${digit}`);
  return candidates.find(hasValidCheckDigit) as string;
};

export const newMsisdn = (): string => `+33${String(randomInt(1e8, 1e9))}`;

export interface LineInFleet {
  readonly lineId: string;
  readonly msisdn: string;
  readonly simId: string;
  readonly iccid: string;
  readonly deviceId: string;
  readonly employeeId: string;
  readonly groupIds: readonly string[];
  readonly providerId: string;
  readonly distributorId: string;
}

export interface LineWishes {
  readonly providerId?: string;
  readonly distributorId?: string;
  readonly sim?: Partial<SeededSim>;
  readonly line?: Partial<Line>;
  readonly device?: Partial<InventorySeed['devices'][number]>;
}

export const EMPTY_SEED: InventorySeed = {
  employees: [],
  managementGroups: [],
  sims: [],
  devices: [],
  lines: [],
  actionProfiles: [],
};

/** A line in slot 1 of a device, with an active SIM in two groups and with an employee. */
export const lineSeed = (wishes: LineWishes = {}): { seed: InventorySeed; line: LineInFleet } => {
  const line: LineInFleet = {
    lineId: randomUUID(),
    msisdn: newMsisdn(),
    simId: randomUUID(),
    iccid: wishes.sim?.iccid ?? newIccid(),
    deviceId: randomUUID(),
    employeeId: randomUUID(),
    groupIds: [randomUUID(), randomUUID()].toSorted(),
    providerId: wishes.providerId ?? randomUUID(),
    distributorId: wishes.distributorId ?? randomUUID(),
  };
  const seed: InventorySeed = {
    ...EMPTY_SEED,
    employees: [{ id: line.employeeId, name: 'Nora Field', email: `${line.employeeId}@example.com`, language: 'en' }],
    managementGroups: line.groupIds.map((id, index) => ({ id, name: `Group ${index + 1}` })),
    sims: [
      {
        id: line.simId,
        kind: 'physical',
        state: 'active',
        providerId: line.providerId,
        distributorId: line.distributorId,
        iccid: line.iccid,
        eid: null,
        employeeId: line.employeeId,
        groupIds: [...line.groupIds],
        ...wishes.sim,
      },
    ],
    devices: [
      {
        id: line.deviceId,
        make: 'Fairphone',
        model: '5',
        imei1: null,
        imei2: null,
        eid: null,
        esimCapable: 'yes',
        employeeId: line.employeeId,
        ...wishes.device,
      },
    ],
    lines: [
      {
        id: line.lineId,
        msisdn: line.msisdn,
        providerId: line.providerId,
        deviceId: line.deviceId,
        slot: 1,
        employeeId: line.employeeId,
        simId: line.simId,
        ...wishes.line,
      },
    ],
  };
  return { seed, line };
};

export const putInPlace = (db: Database, accountId: string, seed: Partial<InventorySeed>): Promise<void> =>
  inAccount(db, accountId, (tx) => insertMissing(tx, accountId, { ...EMPTY_SEED, ...seed }));

export const addLine = async (db: Database, accountId: string, wishes: LineWishes = {}): Promise<LineInFleet> => {
  const { seed, line } = lineSeed(wishes);
  await putInPlace(db, accountId, seed);
  return line;
};
