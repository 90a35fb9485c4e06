import type { PackedArticle } from '@simlane/contracts/http/catalog';
import { readInAccount } from '@simlane/service-kit/postgres';
import type { Db } from './database.ts';
import { listPackEntries } from './esim-article.repository.ts';
import { orderableEsims } from './esim-article.ts';

/** The eSIMs of the provider that can be ordered now; none where the account has no such provider. */
export const listOrderableEsims = async (db: Db, accountId: string, providerId: string): Promise<PackedArticle[]> => {
  const entries = await readInAccount(db, accountId, (tx) => listPackEntries(tx, accountId, providerId));
  return orderableEsims(entries, providerId, new Date());
};
