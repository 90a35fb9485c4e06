/** The account in which the model test plays: nobody else is disturbed, and every line is like the others. */
import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import type { Cutover } from '@simlane/contracts/order';
import type { StackInfo } from '../local/stack-info.ts';
import { iccidOf, imeiOf, seedId } from '../seed/made-up-identifiers.ts';
import { putAccount } from '../seed/put-account.ts';

const KEY = 'model';

const id = (...words: string[]): string => seedId(KEY, ...words);

export const ACCOUNT_ID = id('account');
export const PROVIDERS = {
  processed: id('provider', 'processed'),
  installed: id('provider', 'installed'),
} as const satisfies Record<Cutover, string>;
export const GROUPS = { first: id('group', 'first'), second: id('group', 'second') };
export const EMPLOYEES = { first: id('employee', 'first'), second: id('employee', 'second') };
/** Of a SIM in the drawer. */
export const ICCID_IN_USE = iccidOf('44', '91', `${KEY}/stock`);

export interface ModelLine {
  readonly lineId: string;
  readonly deviceId: string;
  readonly cutoverOn: Cutover;
}

/** Every other line is at the provider whose cut-over is the installation. */
export const modelLine = (number: number): ModelLine => ({
  lineId: id('line', String(number)),
  deviceId: id('device', String(number)),
  cutoverOn: number % 2 === 0 ? 'processed' : 'installed',
});

const account = {
  id: ACCOUNT_ID,
  name: 'Model Works',
  timeZone: 'Europe/London',
  locale: 'en' as const,
  notificationAddress: 'fleet@model-works.example',
};

const catalogSeed = (): CatalogSeed => ({
  account,
  providers: (['processed', 'installed'] as const).map((cutoverOn) => ({
    id: PROVIDERS[cutoverOn],
    name: `Cut-over on ${cutoverOn}`,
    customerNumber: 'M-1',
    contractReference: null,
    timeToAcknowledge: 'P2D',
    timeToProcess: 'P10D',
    cutoverOn,
    billingZone: account.timeZone,
    planChange: 'we_schedule' as const,
    serviceChangesPerMinute: 600,
    smdpAddresses: [],
    archivedAt: null,
  })),
  distributors: [{ id: id('distributor'), name: 'Distributor', contacts: [], archivedAt: null }],
  orderPacks: [
    {
      id: id('pack'),
      name: 'SIM cards',
      archivedAt: null,
      articles: (['processed', 'installed'] as const).map((cutoverOn) => ({
        id: id('article', cutoverOn),
        name: 'eSIM',
        section: 'sim_cards' as const,
        simKind: 'esim' as const,
        providerId: PROVIDERS[cutoverOn],
        distributorId: id('distributor'),
        supplierArticleCode: `ESIM-${cutoverOn}`,
        prices: [],
        commitmentMonths: 0,
        validFrom: null,
        validUntil: null,
      })),
    },
  ],
  servicePacks: [],
  ratePlans: [],
  serviceProfiles: [],
});

const fleetSeed = (lines: number): InventorySeed => {
  const numbers = Array.from({ length: lines }, (_none, number) => number);
  const sim = { kind: 'physical' as const, distributorId: id('distributor'), eid: null };
  return {
    employees: (['first', 'second'] as const).map((name) => ({
      id: EMPLOYEES[name],
      name: `${name} employee`,
      email: null,
      language: 'en' as const,
    })),
    managementGroups: (['first', 'second'] as const).map((name) => ({ id: GROUPS[name], name })),
    sims: [
      {
        ...sim,
        id: id('sim', 'stock'),
        state: 'in_stock' as const,
        providerId: PROVIDERS.processed,
        iccid: ICCID_IN_USE,
        employeeId: null,
        groupIds: [],
      },
      ...numbers.map((number) => ({
        ...sim,
        id: id('sim', String(number)),
        state: 'active' as const,
        providerId: PROVIDERS[modelLine(number).cutoverOn],
        iccid: iccidOf('44', '91', `${KEY}/${number}`),
        employeeId: EMPLOYEES.first,
        groupIds: [GROUPS.first],
      })),
    ],
    devices: numbers.map((number) => ({
      id: modelLine(number).deviceId,
      make: 'Make',
      model: 'Model',
      imei1: imeiOf('35000000', `${KEY}/${number}`, 1),
      imei2: null,
      eid: null,
      esimCapable: 'yes' as const,
      employeeId: null,
    })),
    lines: numbers.map((number) => ({
      id: modelLine(number).lineId,
      msisdn: `+4477009${String(number).padStart(5, '0')}`,
      providerId: PROVIDERS[modelLine(number).cutoverOn],
      deviceId: modelLine(number).deviceId,
      slot: 1 as const,
      employeeId: null,
      simId: id('sim', String(number)),
    })),
    actionProfiles: [],
  };
};

/** Puts the account with so many lines in place; what earlier histories have changed stays as it is. */
export const putModelAccount = (info: StackInfo, lines: number): Promise<void> =>
  putAccount(info, { catalog: catalogSeed(), fleet: fleetSeed(lines) });
