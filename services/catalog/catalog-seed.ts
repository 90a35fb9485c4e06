import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import { configurationFaults, packFaults } from '@simlane/contracts/service-options';

interface SeedFault {
  readonly pointer: string;
  readonly detail: string;
}

/** What the tables would refuse, said by name: another account, references that lead nowhere, what lacks something. */
export const seedFaults = (seed: CatalogSeed, accountId: string): SeedFault[] => {
  const faults: SeedFault[] = [];
  if (seed.account.id !== accountId) faults.push({ pointer: '/account/id', detail: 'Not the account of this call' });
  const providerIds = new Set(seed.providers.map(({ id }) => id));
  const distributorIds = new Set(seed.distributors.map(({ id }) => id));
  seed.orderPacks.forEach((pack, packIndex) => {
    pack.articles.forEach((article, index) => {
      const fault = (field: string, detail: string) =>
        faults.push({ pointer: `/orderPacks/${packIndex}/articles/${index}/${field}`, detail });
      const { section, simKind, providerId, distributorId } = article;
      if (providerId !== null && !providerIds.has(providerId)) fault('providerId', 'Not among the providers');
      if (distributorId !== null && !distributorIds.has(distributorId))
        fault('distributorId', 'Not among the distributors');
      if (section !== 'sim_cards') {
        if (simKind !== null) fault('simKind', 'Only articles in the section sim_cards have one');
        return;
      }
      if (simKind === null) fault('simKind', 'A SIM is physical or esim');
      if (providerId === null) fault('providerId', 'A SIM is of a provider');
      if (distributorId === null) fault('distributorId', 'A SIM comes from a distributor');
    });
  });
  return [...faults, ...serviceFaults(seed, providerIds)];
};

/** Packs that are none, plans of nobody, and profiles whose pack, plan and options do not fit together. */
const serviceFaults = (seed: CatalogSeed, providerIds: ReadonlySet<string>): SeedFault[] => {
  const ofNobody = (list: 'servicePacks' | 'ratePlans') =>
    seed[list].flatMap(({ providerId }, index) =>
      providerIds.has(providerId)
        ? []
        : [{ pointer: `/${list}/${index}/providerId`, detail: 'Not among the providers' }],
    );
  const packs = seed.servicePacks.flatMap((pack, index) =>
    packFaults(pack).map(({ pointer, detail }) => ({ pointer: `/servicePacks/${index}${pointer}`, detail })),
  );
  const profiles = seed.serviceProfiles.flatMap(({ servicePackId, ratePlanId, options }, index) => {
    const fault = (field: string, detail: string) => ({ pointer: `/serviceProfiles/${index}/${field}`, detail });
    const pack = seed.servicePacks.find(({ id }) => id === servicePackId);
    if (pack === undefined) return [fault('servicePackId', 'Not among the service packs')];
    const plan = seed.ratePlans.find(({ id }) => id === ratePlanId);
    if (plan?.providerId !== pack.providerId)
      return [fault('ratePlanId', 'Not among the rate plans of the pack’s provider')];
    return configurationFaults(pack, options).map(({ option, detail }) => fault(`options/${option}`, detail));
  });
  return [...ofNobody('servicePacks'), ...ofNobody('ratePlans'), ...packs, ...profiles];
};
