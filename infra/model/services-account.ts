/** The account in which services are changed at random: two providers that take rate plans in the two ways there are. */
import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { MOST_SERVICE_CHANGES_PER_MINUTE, type PlanChange, PLAN_CHANGES } from '@simlane/contracts/rate-plan';
import { iccidOf, seedId } from '../seed/made-up-identifiers.ts';

const KEY = 'services-model';
const id = (...words: string[]): string => seedId(KEY, ...words);

export const SERVICES_ACCOUNT_ID = id('account');
export const OPTIONS = ['sms', 'data', 'roaming'] as const;
export const PLANS = ['S', 'M', 'L'] as const;
export type Plan = (typeof PLANS)[number];

export interface ServicesSim {
  readonly simId: string;
  readonly iccid: string;
  readonly how: PlanChange;
}

/** Every other SIM is at the provider that keeps schedules itself. */
export const servicesSim = (number: number): ServicesSim => ({
  simId: id('sim', String(number)),
  iccid: iccidOf('44', '95', `${KEY}/${number}`),
  how: PLAN_CHANGES[number % PLAN_CHANGES.length] as PlanChange,
});

export const providerIdOf = (how: PlanChange): string => id('provider', how);
export const packIdOf = (how: PlanChange): string => id('pack', how);
export const planIdOf = (how: PlanChange, plan: Plan): string => id('plan', how, plan);

export const servicesCatalog = (): CatalogSeed => ({
  account: {
    id: SERVICES_ACCOUNT_ID,
    name: 'Services Works',
    timeZone: 'Europe/Paris',
    locale: 'fr',
    notificationAddress: 'flotte@services-works.example',
  },
  providers: PLAN_CHANGES.map((how) => ({
    id: providerIdOf(how),
    name: `Takes plans as ${how}`,
    customerNumber: 'S-1',
    contractReference: null,
    timeToAcknowledge: 'P2D',
    timeToProcess: 'P10D',
    cutoverOn: 'processed',
    billingZone: 'Europe/Paris',
    planChange: how,
    serviceChangesPerMinute: MOST_SERVICE_CHANGES_PER_MINUTE,
    smdpAddresses: [],
    archivedAt: null,
  })),
  distributors: [],
  orderPacks: [],
  servicePacks: PLAN_CHANGES.map((how) => ({
    id: packIdOf(how),
    name: `Pack ${how}`,
    providerId: providerIdOf(how),
    options: OPTIONS.map((code) => ({ code, name: code, values: ['off', 'on'], default: 'off' })),
    rules: [],
  })),
  ratePlans: PLAN_CHANGES.flatMap((how) =>
    PLANS.map((plan) => ({ id: planIdOf(how, plan), name: `Plan ${plan}`, providerId: providerIdOf(how), code: plan })),
  ),
  serviceProfiles: [],
});

export const servicesFleet = (from: number, count: number): InventorySeed => ({
  employees: [],
  managementGroups: [],
  actionProfiles: [],
  devices: [],
  lines: [],
  sims: Array.from({ length: count }, (_none, index) => {
    const { simId, iccid, how } = servicesSim(from + index);
    return {
      id: simId,
      kind: 'physical' as const,
      state: 'active' as const,
      providerId: providerIdOf(how),
      distributorId: null,
      iccid,
      eid: null,
      employeeId: null,
      groupIds: [],
    };
  }),
});
