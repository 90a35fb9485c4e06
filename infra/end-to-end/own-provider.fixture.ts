/** A provider of the test's own in the English example account, with lines that no other test takes. */
import { QR_CODE_CONTACT_ROLE } from '@simlane/contracts/actions';
import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { randomInt } from 'node:crypto';
import { inject } from 'vitest';
import { withCheckDigit } from '../provider-sandbox/luhn.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { putAccount } from '../seed/put-account.ts';

export interface OwnProvider {
  readonly id: string;
  /** A line that has not been given out before, with a physical SIM unless eSIMs were asked for. */
  freshLine(): string;
}

interface Terms
  extends Partial<Pick<CatalogSeed['providers'][number], 'timeToAcknowledge' | 'timeToProcess' | 'smdpAddresses'>> {
  /** What the SIMs on its lines are. */
  readonly simKind?: 'physical' | 'esim';
  /** People at its distributor who are asked for QR codes. */
  readonly contacts?: readonly { readonly name: string; readonly email: string; readonly language: 'en' | 'fr' }[];
}

/** Its SIMs have neither group nor employee, so that whoever looks for any line to switch passes them by. */
export const startProvider = async (
  name: string,
  lines: number,
  { simKind = 'physical', contacts = [], ...terms }: Terms = {},
): Promise<OwnProvider> => {
  const [{ catalog: example }] = exampleAccounts();
  const catalog = catalogOf(example.account, name, contacts, terms);
  const fleet = fleetOf(catalog, lines, simKind);
  const providerId = catalog.providers[0]?.id ?? '';
  await putAccount(inject('stack'), { catalog, fleet });

  const fresh = fleet.lines.map(({ id }) => id);
  return {
    id: providerId,
    freshLine: () => {
      const line = fresh.pop();
      if (line === undefined) throw new Error(`all lines of ${name} are used up; start it with more`);
      return line;
    },
  };
};

const catalogOf = (
  account: CatalogSeed['account'],
  name: string,
  contacts: NonNullable<Terms['contacts']>,
  terms: Omit<Terms, 'simKind' | 'contacts'>,
): CatalogSeed => {
  const [providerId, distributorId] = [uuidV7(), uuidV7()];
  return {
    account,
    providers: [
      {
        id: providerId,
        name,
        customerNumber: 'C-1',
        contractReference: null,
        timeToAcknowledge: 'P2D',
        timeToProcess: 'P10D',
        cutoverOn: 'processed',
        billingZone: account.timeZone,
        planChange: 'we_schedule',
        serviceChangesPerMinute: 6_000,
        smdpAddresses: [],
        archivedAt: null,
        ...terms,
      },
    ],
    distributors: [
      {
        id: distributorId,
        name: `Reseller of ${name}`,
        contacts: contacts.map((contact) => ({ id: uuidV7(), ...contact, roles: [QR_CODE_CONTACT_ROLE] })),
        archivedAt: null,
      },
    ],
    orderPacks: [
      {
        id: uuidV7(),
        name: `Pack of ${name}`,
        archivedAt: null,
        articles: [
          {
            id: uuidV7(),
            name: `eSIM of ${name}`,
            section: 'sim_cards',
            simKind: 'esim',
            providerId,
            distributorId,
            supplierArticleCode: 'ESIM',
            prices: [],
            commitmentMonths: 0,
            validFrom: null,
            validUntil: null,
          },
        ],
      },
    ],
    servicePacks: [],
    ratePlans: [],
    serviceProfiles: [],
  };
};

const fleetOf = ({ providers, distributors }: CatalogSeed, count: number, kind: 'physical' | 'esim'): InventorySeed => {
  const providerId = providers[0]?.id ?? '';
  const rows = Array.from({ length: count }, () => ({ device: uuidV7(), line: uuidV7(), sim: uuidV7() }));
  return {
    employees: [],
    managementGroups: [],
    actionProfiles: [],
    devices: rows.map(({ device }) => ({
      id: device,
      make: 'Test',
      model: 'Phone',
      imei1: null,
      imei2: null,
      eid: null,
      esimCapable: 'yes',
      employeeId: null,
    })),
    sims: rows.map(({ sim }) => ({
      id: sim,
      kind,
      state: 'active',
      providerId,
      distributorId: kind === 'esim' ? (distributors[0]?.id ?? null) : null,
      iccid: freshIccid(),
      eid: null,
      employeeId: null,
      groupIds: [],
    })),
    lines: rows.map(({ device, line, sim }) => ({
      id: line,
      msisdn: `+4479${digits(8)}`,
      providerId,
      deviceId: device,
      slot: 1,
      employeeId: null,
      simId: sim,
    })),
  };
};

const digits = (count: number): string => String(randomInt(10 ** count)).padStart(count, '0');

/** An ICCID that no SIM has. */
export const freshIccid = (): string => withCheckDigit(`894477${digits(12)}`);
