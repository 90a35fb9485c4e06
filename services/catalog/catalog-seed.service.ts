import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import { inAccount } from '@simlane/service-kit/postgres';
import { invalidRequest } from '@simlane/service-kit/problem';
import { putAccount, putDistributor, putOrderPack, putProvider } from './catalog-seed.repository.ts';
import { seedFaults } from './catalog-seed.ts';
import type { Db } from './database.ts';

/**
 * Puts example data in place, all of it or nothing. A repeat replaces it by the same; what the seed does not name
 * stays, but for the contacts of its distributors and the entries of its packs.
 *
 * @throws ProblemError `invalid_request` naming each entry at fault
 */
export const putSeed = async (db: Db, accountId: string, seed: CatalogSeed): Promise<void> => {
  const faults = seedFaults(seed, accountId);
  if (faults.length > 0) throw invalidRequest(faults);
  await inAccount(db, accountId, async (tx) => {
    await putAccount(tx, seed.account);
    for (const provider of seed.providers) await putProvider(tx, accountId, provider);
    for (const distributor of seed.distributors) await putDistributor(tx, accountId, distributor);
    for (const pack of seed.orderPacks) await putOrderPack(tx, accountId, pack);
  });
};
