import type { Account, Article, Distributor, OrderPack, Provider } from '@simlane/contracts/http/catalog';
import type { Tx } from './database.ts';
import { timeOf } from './time.ts';

export const putAccount = async (tx: Tx, account: Account): Promise<void> => {
  const settings = {
    name: account.name,
    time_zone: account.timeZone,
    locale: account.locale,
    notification_address: account.notificationAddress,
  };
  await tx
    .insertInto('account')
    .values({ account_id: account.id, ...settings })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(settings))
    .execute();
};

export const putProvider = async (tx: Tx, accountId: string, provider: Provider): Promise<void> => {
  const values = {
    name: provider.name,
    customer_number: provider.customerNumber,
    contract_reference: provider.contractReference,
    time_to_acknowledge: provider.timeToAcknowledge,
    time_to_process: provider.timeToProcess,
    cutover_on: provider.cutoverOn,
    billing_zone: provider.billingZone,
    plan_change: provider.planChange,
    service_changes_per_minute: provider.serviceChangesPerMinute,
    smdp_addresses: provider.smdpAddresses,
    archived_at: timeOf(provider.archivedAt),
  };
  await tx
    .insertInto('provider')
    .values({ account_id: accountId, id: provider.id, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doUpdateSet(values))
    .execute();
};

/** The distributor with exactly these contacts and roles. */
export const putDistributor = async (tx: Tx, accountId: string, distributor: Distributor): Promise<void> => {
  const values = { name: distributor.name, archived_at: timeOf(distributor.archivedAt) };
  await tx
    .insertInto('distributor')
    .values({ account_id: accountId, id: distributor.id, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doUpdateSet(values))
    .execute();
  await tx
    .deleteFrom('distributor_contact')
    .where('account_id', '=', accountId)
    .where('distributor_id', '=', distributor.id)
    .execute();
  for (const { id, name, email, language, roles } of distributor.contacts) {
    await tx
      .insertInto('distributor_contact')
      .values({ account_id: accountId, id, distributor_id: distributor.id, name, email, language })
      .execute();
    for (const role of new Set(roles)) {
      await tx.insertInto('distributor_contact_role').values({ account_id: accountId, contact_id: id, role }).execute();
    }
  }
};

/** The pack with exactly these articles, in this order. */
export const putOrderPack = async (tx: Tx, accountId: string, pack: OrderPack): Promise<void> => {
  const values = { name: pack.name, archived_at: timeOf(pack.archivedAt) };
  await tx
    .insertInto('order_pack')
    .values({ account_id: accountId, id: pack.id, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doUpdateSet(values))
    .execute();
  await tx
    .deleteFrom('order_pack_article')
    .where('account_id', '=', accountId)
    .where('pack_id', '=', pack.id)
    .execute();
  for (const [position, article] of pack.articles.entries()) {
    await putArticle(tx, accountId, article);
    await tx
      .insertInto('order_pack_article')
      .values({ account_id: accountId, pack_id: pack.id, article_id: article.id, position })
      .execute();
  }
};

const putArticle = async (tx: Tx, accountId: string, article: Article): Promise<void> => {
  const values = {
    name: article.name,
    section: article.section,
    sim_kind: article.simKind,
    provider_id: article.providerId,
    distributor_id: article.distributorId,
    supplier_article_code: article.supplierArticleCode,
    prices: JSON.stringify(article.prices),
    commitment_months: article.commitmentMonths,
    valid_from: timeOf(article.validFrom),
    valid_until: timeOf(article.validUntil),
  };
  await tx
    .insertInto('article')
    .values({ account_id: accountId, id: article.id, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'id']).doUpdateSet(values))
    .execute();
};
