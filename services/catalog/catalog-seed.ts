import type { CatalogSeed } from '@simlane/contracts/http/catalog';

interface SeedFault {
  readonly pointer: string;
  readonly detail: string;
}

/** What the tables would refuse, said by name: another account, references that lead nowhere, articles that lack something. */
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
  return faults;
};
