import { readFileSync } from 'node:fs';
import { catalogSeedSchema } from '@simlane/contracts/http/catalog';
import { inventorySeedSchema } from '@simlane/contracts/http/inventory-internal';
import { hasValidCheckDigit, isEid, readIccid } from '@simlane/contracts/iccid';
import { configurationFaults, packFaults } from '@simlane/contracts/service-options';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { exampleAccounts } from './example-data.ts';
import { providerConnections } from './provider-connections.ts';
import { findInstalledCutoverLines, findStories, hasQrCodeContact, orderableEsims } from './stories.ts';

const accounts = exampleAccounts();
const [english, french] = accounts;
const fleets = accounts.map(({ fleet }) => fleet);
const users: { sub: string; accountId: string | null; roles: string[] }[] = JSON.parse(
  readFileSync(new URL('./demo-users.json', import.meta.url), 'utf8'),
);

/** Numbers that regulators keep for films and examples (Ofcom, Arcep): nobody has them. */
const RESERVED_NUMBERS = /^(\+447700900\d{3}|\+3363998\d{4})$/;

const valuesOf = <T>(pick: (account: (typeof accounts)[number]) => readonly T[]): T[] => accounts.flatMap(pick);

test('fits the contracts of the services that take it', () => {
  for (const { catalog, fleet } of accounts) {
    expect(catalogSeedSchema.parse(catalog)).toEqual(catalog);
    expect(inventorySeedSchema.parse(fleet)).toEqual(fleet);
  }
});

test('is an English and a French account with four operators between them and some 200 devices', () => {
  expect(accounts.map(({ catalog }) => catalog.account.locale)).toEqual(['en', 'fr']);
  expect(new Set(valuesOf(({ catalog }) => catalog.providers.map(({ name }) => name))).size).toBe(4);
  const devices = valuesOf(({ fleet }) => fleet.devices);
  expect(devices.length).toBeGreaterThan(190);
  expect(devices.length).toBeLessThan(220);
});

test('has no id, ICCID, IMEI or number twice', () => {
  const ids = valuesOf(({ catalog, fleet }) => [
    ...catalog.providers.map(({ id }) => id),
    ...catalog.distributors.flatMap(({ id, contacts }) => [id, ...contacts.map((contact) => contact.id)]),
    ...catalog.orderPacks.flatMap(({ id, articles }) => [id, ...articles.map((article) => article.id)]),
    ...[catalog.servicePacks, catalog.ratePlans, catalog.serviceProfiles].flat().map(({ id }) => id),
    ...Object.values(fleet).flatMap((things) => things.map(({ id }) => id)),
  ]);
  expect(new Set(ids).size).toBe(ids.length);
  const unique = [
    valuesOf(({ fleet }) => fleet.sims.map(({ iccid }) => iccid)),
    valuesOf(({ fleet }) => fleet.lines.map(({ msisdn }) => msisdn)),
    valuesOf(({ fleet }) =>
      fleet.devices.flatMap(({ imei1, imei2 }) => [imei1, imei2].filter((imei) => imei !== null)),
    ),
    valuesOf(({ fleet }) => fleet.employees.map(({ email }) => email)),
    valuesOf(({ fleet }) => fleet.lines.map(({ deviceId, slot }) => deviceId && `${deviceId}/${slot}`).filter(Boolean)),
    valuesOf(({ fleet }) => fleet.lines.map(({ simId }) => simId).filter((id) => id !== null)),
  ];
  for (const values of unique) expect(new Set(values).size).toBe(values.length);
});

test('has valid ICCIDs, IMEIs and EIDs, and numbers that are reserved for fiction', () => {
  for (const { sims, devices, lines } of fleets) {
    for (const { iccid } of sims) expect(readIccid(iccid ?? '')).toMatchObject({ ok: true, checkDigit: 'valid' });
    for (const { imei1, imei2 } of devices) {
      for (const imei of [imei1, imei2]) if (imei) expect([imei.length, hasValidCheckDigit(imei)]).toEqual([15, true]);
    }
    for (const { eid } of [...devices, ...sims]) if (eid) expect(isEid(eid)).toBe(true);
    for (const { msisdn } of lines) expect(msisdn).toMatch(RESERVED_NUMBERS);
  }
});

test('refers to nothing that is not there, and puts only serving SIMs on lines', () => {
  for (const { catalog, fleet } of accounts) {
    const known = new Set(
      [...Object.values(fleet), catalog.providers, catalog.distributors].flat().map(({ id }) => id),
    );
    const refers = [
      ...fleet.sims.flatMap((sim) => [sim.providerId, sim.distributorId, sim.employeeId, ...sim.groupIds]),
      ...fleet.devices.map(({ employeeId }) => employeeId),
      ...fleet.lines.flatMap((line) => [line.providerId, line.deviceId, line.employeeId, line.simId]),
    ];
    for (const id of refers) if (id !== null) expect(known).toContain(id);
    for (const { simId } of fleet.lines) {
      if (simId) expect(['active', 'suspended']).toContain(fleet.sims.find(({ id }) => id === simId)?.state);
    }
    for (const sim of fleet.sims.filter(({ state }) => state === 'discarded')) {
      expect([sim.employeeId, sim.groupIds]).toEqual([null, []]);
    }
  }
});

describe('makes true somewhere and false somewhere', () => {
  const lines = valuesOf(({ catalog, fleet }) =>
    fleet.lines.map((line) => {
      const sim = fleet.sims.find(({ id }) => id === line.simId);
      return {
        line_in_slot: line.slot !== null,
        sim_is_physical: sim?.kind === 'physical',
        sim_is_esim: sim?.kind === 'esim',
        sim_serving: sim !== undefined,
        esim_in_catalog: orderableEsims(catalog, line.providerId) > 0,
        qr_code_contact: sim?.kind === 'esim' ? hasQrCodeContact(catalog, sim.distributorId) : undefined,
      };
    }),
  );

  test.each([
    'line_in_slot',
    'sim_is_physical',
    'sim_is_esim',
    'sim_serving',
    'esim_in_catalog',
    'qr_code_contact',
  ] as const)('the condition %s', (condition) => {
    const values = new Set(lines.map((line) => line[condition]));
    expect(values).toContain(true);
    expect(values).toContain(false);
  });

  test('the condition enabled_in_profile: one manager holds a profile with everything off, others hold none', () => {
    const managers = users.filter(({ accountId, roles }) => accountId === english.id && roles.includes('manager'));
    const off = english.fleet.actionProfiles
      .filter(({ enabled }) => enabled.length === 0)
      .flatMap(({ holders }) => holders);
    const held = english.fleet.actionProfiles.flatMap(({ holders }) => holders);
    expect(managers.some(({ sub }) => off.includes(sub))).toBe(true);
    expect(managers.some(({ sub }) => !held.includes(sub))).toBe(true);
  });

  test('the condition role_allows: there are viewers and managers', () => {
    expect(new Set(users.flatMap(({ roles }) => roles))).toEqual(
      new Set(['viewer', 'manager', 'administrator', 'operations']),
    );
  });

  test('the warning about devices that take no eSIM, in each of its three values', () => {
    const capable = valuesOf(({ fleet }) => fleet.devices.map(({ esimCapable }) => esimCapable));
    expect(new Set(capable)).toEqual(new Set(['yes', 'no', 'unknown']));
  });
});

test('has providers with several orderable eSIMs, with exactly one and with none', () => {
  const counts = english.catalog.providers.map(({ id }) => orderableEsims(english.catalog, id));
  expect(counts).toEqual([3, 1, 0]);
});

test('has one provider whose cut-over is the installation, in the second account, and lines to switch at it', () => {
  const installed = accounts.map(({ catalog }) =>
    catalog.providers.filter(({ cutoverOn }) => cutoverOn === 'installed'),
  );
  expect(installed.map(({ length }) => length)).toEqual([0, 1]);
  expect(orderableEsims(french.catalog, installed[1]?.[0]?.id ?? '')).toBe(1);
  expect(findInstalledCutoverLines(english)).toEqual([]);
  expect(findInstalledCutoverLines(french)).toHaveLength(4);
});

test('has three service profiles for each provider, from packs with an exclusion and a requirement', () => {
  for (const { catalog } of accounts) {
    for (const { id: providerId } of catalog.providers) {
      const packs = catalog.servicePacks.filter((pack) => pack.providerId === providerId);
      const packIds = packs.map(({ id }) => id);
      expect(packs.flatMap(packFaults)).toEqual([]);
      for (const { rules } of packs) {
        expect(rules.some((rule) => 'excludes' in rule)).toBe(true);
        expect(rules.some((rule) => 'requires' in rule)).toBe(true);
      }
      const profiles = catalog.serviceProfiles.filter(({ servicePackId }) => packIds.includes(servicePackId));
      expect(profiles).toHaveLength(3);
      for (const { servicePackId, ratePlanId, options } of profiles) {
        const pack = packs.find(({ id }) => id === servicePackId);
        expect(pack && configurationFaults(pack, options)).toEqual([]);
        expect(catalog.ratePlans.find(({ id }) => id === ratePlanId)?.providerId).toBe(providerId);
      }
    }
  }
  const planChanges = valuesOf(({ catalog }) => catalog.providers.map(({ planChange }) => planChange));
  expect(new Set(planChanges)).toEqual(new Set(['we_schedule', 'provider_schedules']));
});

test('has a line for each story, each another one, and enough to switch for a measurement', () => {
  const { switchableLines, ...stories } = findStories(english);
  const all = [...Object.values(stories), ...switchableLines];
  expect(new Set(all).size).toBe(all.length);
  expect(switchableLines.length).toBeGreaterThanOrEqual(60);
});

test('gives each provider its own credential and a signal secret that signs, the same as long as the token is', () => {
  const ends = { sandboxUrl: 'http://sandbox', orderPublicUrl: 'http://orders', sandboxControlToken: 'a token' };
  const connections = providerConnections(accounts, ends);
  expect(connections).toEqual(providerConnections(accounts, ends));
  expect(new Set(connections.map(({ credential }) => credential)).size).toBe(6);
  expect(new Set(connections.map(({ signalSecret }) => signalSecret)).size).toBe(6);
  for (const { signalSecret } of connections)
    expect(new Webhook(signalSecret).sign('id', new Date(), '{}')).toMatch(/^v1,/);
});
