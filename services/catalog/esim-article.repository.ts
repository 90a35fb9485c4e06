import { articleColumns, toArticle } from './article.ts';
import type { Tx } from './database.ts';
import type { PackEntry } from './esim-article.ts';

/** Every article of the provider in every pack, by the name of the pack and then in its order. */
export const listPackEntries = async (tx: Tx, accountId: string, providerId: string): Promise<PackEntry[]> => {
  const rows = await tx
    .selectFrom('article')
    .innerJoin('order_pack_article as entry', (join) =>
      join.onRef('entry.account_id', '=', 'article.account_id').onRef('entry.article_id', '=', 'article.id'),
    )
    .innerJoin('order_pack as pack', (join) =>
      join.onRef('pack.account_id', '=', 'entry.account_id').onRef('pack.id', '=', 'entry.pack_id'),
    )
    .innerJoin('provider', (join) =>
      join.onRef('provider.account_id', '=', 'article.account_id').onRef('provider.id', '=', 'article.provider_id'),
    )
    .leftJoin('distributor', (join) =>
      join
        .onRef('distributor.account_id', '=', 'article.account_id')
        .onRef('distributor.id', '=', 'article.distributor_id'),
    )
    .select(articleColumns)
    .select([
      'pack.id as packId',
      'pack.name as packName',
      'pack.archived_at as packArchivedAt',
      'provider.id as ofProviderId',
      'provider.name as providerName',
      'provider.archived_at as providerArchivedAt',
      'distributor.id as ofDistributorId',
      'distributor.name as distributorName',
      'distributor.archived_at as distributorArchivedAt',
    ])
    .where('article.account_id', '=', accountId)
    .where('article.provider_id', '=', providerId)
    .orderBy('pack.name')
    .orderBy('pack.id')
    .orderBy('entry.position')
    .execute();
  return rows.map((row) => ({
    article: toArticle(row),
    pack: { id: row.packId, name: row.packName, archived: row.packArchivedAt !== null },
    provider: { id: row.ofProviderId, name: row.providerName, archived: row.providerArchivedAt !== null },
    distributor:
      row.ofDistributorId === null || row.distributorName === null
        ? null
        : { id: row.ofDistributorId, name: row.distributorName, archived: row.distributorArchivedAt !== null },
  }));
};
