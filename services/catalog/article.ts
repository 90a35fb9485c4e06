import type { Article } from '@simlane/contracts/http/catalog';
import { timeOrNull } from './time.ts';

/** The columns of the table `article` that make an {@link Article}. */
export const articleColumns = [
  'article.id',
  'article.name',
  'article.section',
  'article.sim_kind as simKind',
  'article.provider_id as providerId',
  'article.distributor_id as distributorId',
  'article.supplier_article_code as supplierArticleCode',
  'article.prices',
  'article.commitment_months as commitmentMonths',
  'article.valid_from as validFrom',
  'article.valid_until as validUntil',
] as const;

type ArticleRow = Omit<Article, 'validFrom' | 'validUntil'> & {
  readonly validFrom: Date | string | null;
  readonly validUntil: Date | string | null;
};

/** Takes a row with more columns, and leaves them out. */
export const toArticle = (row: ArticleRow): Article => ({
  id: row.id,
  name: row.name,
  section: row.section,
  simKind: row.simKind,
  providerId: row.providerId,
  distributorId: row.distributorId,
  supplierArticleCode: row.supplierArticleCode,
  prices: row.prices,
  commitmentMonths: row.commitmentMonths,
  validFrom: timeOrNull(row.validFrom),
  validUntil: timeOrNull(row.validUntil),
});
