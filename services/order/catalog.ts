import type { Account, PackedArticle, Provider } from '@simlane/contracts/http/catalog';

/** What order asks of the catalog. Every call may throw `dependency_unavailable`. */
export interface Catalog {
  account(accountId: string): Promise<Account>;
  /** eSIMs of the provider that can be ordered now. */
  esimArticles(accountId: string, providerId: string): Promise<PackedArticle[]>;
  /** @throws ProblemError `not_found` */
  provider(accountId: string, providerId: string): Promise<Provider>;
}
