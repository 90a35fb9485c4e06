import { type InventorySeed, inventorySeedSchema } from '@simlane/contracts/http/inventory-internal';
import type { AccountSource } from './account-source.ts';
import { distributorIdOf, providerIdOf } from './catalog-of-account.ts';
import { DEVICE_MODELS } from './device-models.ts';
import { type FleetRow, readFleetTable } from './fleet-table.ts';
import { eidOf, iccidOf, imeiOf, seedId } from './made-up-identifiers.ts';

type Device = InventorySeed['devices'][number];
type Line = InventorySeed['lines'][number];
type Sim = InventorySeed['sims'][number];

const lineIdOf = (account: string, msisdn: string): string => seedId(account, 'line', msisdn);

/** What inventory keeps of an account. Throws where a source names something that is not there. */
export const fleetOfAccount = (source: AccountSource): InventorySeed => {
  const rows = readFleetTable(source.fleetFile);
  const named = (pick: (row: FleetRow) => readonly string[]) =>
    [...new Set(rows.flatMap(pick))].filter((name) => name !== '');
  return inventorySeedSchema.parse({
    employees: named(({ employee }) => [employee]).map((name) => ({
      id: employeeIdOf(source, name),
      name,
      email: `${mailboxOf(name)}@${source.mailDomain}`,
      language: source.account.locale,
    })),
    managementGroups: named(groupsOf).map((name) => ({ id: groupIdOf(source, name), name })),
    sims: [
      ...rows.flatMap((row) => simOf(source, row)),
      ...source.stock.flatMap((stock) => simsInStock(source, stock)),
    ],
    devices: [...new Map(rows.map((row) => [row.asset, row])).values()].flatMap((row) => deviceOf(source, row)),
    lines: rows.flatMap((row) => lineOf(source, row)),
    actionProfiles: source.actionProfiles.map(({ name, enabled, holders }) => ({
      id: seedId(source.key, 'profile', name),
      name,
      enabled,
      holders,
    })),
  });
};

const groupsOf = (row: FleetRow): readonly string[] => row.groups.split('|').filter((name) => name !== '');
const employeeIdOf = ({ key }: AccountSource, name: string): string => seedId(key, 'employee', name);
const groupIdOf = ({ key }: AccountSource, name: string): string => seedId(key, 'group', name);
const deviceIdOf = ({ key }: AccountSource, asset: string): string => seedId(key, 'device', asset);
const simIdOf = ({ key }: AccountSource, name: string): string => seedId(key, 'sim', name);

/** `Élodie Lemaître` → `elodie.lemaitre`. */
const mailboxOf = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '.');

const modelOf = (row: FleetRow) => {
  const model = DEVICE_MODELS.find(({ make, model: name }) => make === row.make && name === row.model);
  if (!model) throw new Error(`${row.asset}: there is no model ${row.make} ${row.model}`);
  return model;
};

const deviceOf = (source: AccountSource, row: FleetRow): Device[] => {
  if (row.asset === '') return [];
  const { make, model, typeAllocationCode, esimCapable, imeis } = modelOf(row);
  const key = `${source.key}/${row.asset}`;
  return [
    {
      id: deviceIdOf(source, row.asset),
      make,
      model,
      imei1: imeiOf(typeAllocationCode, key, 1),
      imei2: imeis === 2 ? imeiOf(typeAllocationCode, key, 2) : null,
      eid: esimCapable === 'yes' ? eidOf(key) : null,
      esimCapable,
      employeeId: row.employee === '' ? null : employeeIdOf(source, row.employee),
    },
  ];
};

const lineOf = (source: AccountSource, row: FleetRow): Line[] => {
  if (row.number === '') return [];
  return [
    {
      id: lineIdOf(source.key, row.number),
      msisdn: row.number,
      providerId: providerOf(source, row.operator).id,
      deviceId: row.asset === '' ? null : deviceIdOf(source, row.asset),
      slot: row.asset === '' ? null : slotOf(row),
      employeeId: row.employee === '' ? null : employeeIdOf(source, row.employee),
      simId: row.kind === '' ? null : simIdOf(source, row.number),
    },
  ];
};

const simOf = (source: AccountSource, row: FleetRow): Sim[] => {
  if (row.kind === '') return [];
  const { kind, state } = row as { kind: Sim['kind']; state: Sim['state'] };
  const provider = providerOf(source, row.operator);
  const inCapableDevice = kind === 'esim' && row.asset !== '' && modelOf(row).esimCapable === 'yes';
  return [
    {
      id: simIdOf(source, row.number),
      kind,
      state,
      providerId: provider.id,
      distributorId: row.distributor === '' ? null : distributorOf(source, row.distributor),
      iccid: iccidOf(source.iccidCountry, provider.iccidIssuer, `${source.key}/${row.number}`),
      eid: inCapableDevice ? eidOf(`${source.key}/${row.asset}`) : null,
      employeeId: row.employee === '' ? null : employeeIdOf(source, row.employee),
      groupIds: groupsOf(row).map((name) => groupIdOf(source, name)),
    },
  ];
};

const simsInStock = (source: AccountSource, stock: AccountSource['stock'][number]): Sim[] => {
  const provider = providerOf(source, stock.provider);
  return Array.from({ length: stock.count }, (_, index) => {
    const name = [stock.provider, stock.distributor, stock.kind, stock.state, index].join(' ');
    return {
      id: simIdOf(source, name),
      kind: stock.kind,
      state: stock.state,
      providerId: provider.id,
      distributorId: distributorOf(source, stock.distributor),
      iccid: iccidOf(source.iccidCountry, provider.iccidIssuer, `${source.key}/${name}`),
      eid: null,
      employeeId: null,
      groupIds: [],
    };
  });
};

const providerOf = (source: AccountSource, name: string) => {
  const provider = source.providers.find((one) => one.name === name);
  if (!provider) throw new Error(`${source.key}: there is no provider ${name}`);
  return { id: providerIdOf(source.key, name), iccidIssuer: provider.iccidIssuer };
};

const distributorOf = (source: AccountSource, name: string): string => {
  if (!source.distributors.some((one) => one.name === name))
    throw new Error(`${source.key}: there is no distributor ${name}`);
  return distributorIdOf(source.key, name);
};

const slotOf = (row: FleetRow): 1 | 2 | 3 => {
  if (row.slot !== '1' && row.slot !== '2' && row.slot !== '3') throw new Error(`${row.number}: no slot ${row.slot}`);
  return Number(row.slot) as 1 | 2 | 3;
};
