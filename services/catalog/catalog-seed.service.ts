import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import { inAccount } from '@simlane/service-kit/postgres';
import { invalidRequest } from '@simlane/service-kit/problem';
import { putAccount, putDistributor, putOrderPack, putProvider } from './catalog-seed.repository.ts';
import { seedFaults } from './catalog-seed.ts';
import type { Db, Tx } from './database.ts';
import { findItem } from './resource.ts';
import { addRatePlan } from './service-profile/rate-plan.repository.ts';
import { addServicePack } from './service-profile/service-pack.repository.ts';
import { serviceProfiles } from './service-profile/service-profile.repository.ts';
import { makeProfile } from './service-profile/service-profile.service.ts';

/**
 * Puts example data in place, all of it or nothing. A repeat replaces it by the same; what the seed does not name
 * stays, but for the contacts of its distributors and the entries of its packs. Service packs, rate plans and service
 * profiles that are there already stay as people have made them since.
 *
 * @throws ProblemError `invalid_request` naming each entry at fault; `archived`, `profile_invalid` for a new profile that
 *   does not go with its pack and plan as they are now
 */
export const putSeed = async (db: Db, accountId: string, seed: CatalogSeed): Promise<void> => {
  const faults = seedFaults(seed, accountId);
  if (faults.length > 0) throw invalidRequest(faults);
  await inAccount(db, accountId, async (tx) => {
    await putAccount(tx, seed.account);
    for (const provider of seed.providers) await putProvider(tx, accountId, provider);
    for (const distributor of seed.distributors) await putDistributor(tx, accountId, distributor);
    for (const pack of seed.orderPacks) await putOrderPack(tx, accountId, pack);
    await addWithVersions(tx, accountId, seed);
  });
};

const addWithVersions = async (tx: Tx, accountId: string, seed: CatalogSeed): Promise<void> => {
  const by = { sub: 'seed', request: null };
  for (const pack of seed.servicePacks) await addServicePack(tx, accountId, pack, by);
  for (const plan of seed.ratePlans) await addRatePlan(tx, accountId, plan, by);
  for (const { id, ...wanted } of seed.serviceProfiles) {
    // What people have made of pack and plan counts for a new one: they may be archived by now, or edited.
    const isThere = (await findItem(tx, accountId, id, serviceProfiles)) !== undefined;
    if (!isThere) await makeProfile(tx, accountId, { id, wanted, ...by });
  }
};
