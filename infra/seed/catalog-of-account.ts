import type { Article, CatalogSeed } from '@simlane/contracts/http/catalog';
import { QR_CODE_CONTACT_ROLE } from '@simlane/contracts/actions';
import { SANDBOX_SMDP_ADDRESS } from '../provider-sandbox/provider-activation-code.ts';
import type { AccountSource, ArticleSource } from './account-source.ts';
import { seedId } from './made-up-identifiers.ts';
import { servicesOfProvider } from './services-of-account.ts';

/** The first defaults of product.md §3: elapsed time until a provider is asked. */
const TIME_TO_ACKNOWLEDGE = 'P2D';
const TIME_TO_PROCESS = 'P10D';

/** The sandbox takes more than most providers do. */
const SERVICE_CHANGES_PER_MINUTE = 3_000;

export const providerIdOf = (account: string, name: string): string => seedId(account, 'provider', name);
export const distributorIdOf = (account: string, name: string): string => seedId(account, 'distributor', name);

/** What catalog keeps of an account. */
export const catalogOfAccount = (source: AccountSource): CatalogSeed => {
  const services = source.providers.map(({ name }) =>
    servicesOfProvider(source.key, { id: providerIdOf(source.key, name), name }),
  );
  return {
    ...referenceOf(source),
    servicePacks: services.flatMap(({ servicePacks }) => servicePacks),
    ratePlans: services.flatMap(({ ratePlans }) => ratePlans),
    serviceProfiles: services.flatMap(({ serviceProfiles }) => serviceProfiles),
  };
};

const referenceOf = (
  source: AccountSource,
): Pick<CatalogSeed, 'account' | 'providers' | 'distributors' | 'orderPacks'> => ({
  account: source.account,
  providers: source.providers.map((provider) => ({
    id: providerIdOf(source.key, provider.name),
    name: provider.name,
    customerNumber: provider.customerNumber,
    contractReference: provider.contractReference,
    timeToAcknowledge: provider.timeToAcknowledge ?? TIME_TO_ACKNOWLEDGE,
    timeToProcess: provider.timeToProcess ?? TIME_TO_PROCESS,
    cutoverOn: provider.cutoverOn,
    billingZone: source.account.timeZone,
    planChange: provider.planChange,
    serviceChangesPerMinute: SERVICE_CHANGES_PER_MINUTE,
    smdpAddresses: [...provider.smdpAddresses, SANDBOX_SMDP_ADDRESS],
    archivedAt: null,
  })),
  distributors: source.distributors.map((distributor) => ({
    id: distributorIdOf(source.key, distributor.name),
    name: distributor.name,
    contacts: distributor.contacts.map(({ name, email, language, receivesQrCodeRequests }) => ({
      id: seedId(source.key, 'contact', email),
      name,
      email,
      language,
      roles: receivesQrCodeRequests ? [QR_CODE_CONTACT_ROLE] : [],
    })),
    archivedAt: endOf(distributor.archivedOn),
  })),
  orderPacks: source.orderPacks.map((pack) => ({
    id: seedId(source.key, 'pack', pack.name),
    name: pack.name,
    articles: pack.articles.map((article) => articleOf(source, article)),
    archivedAt: endOf(pack.archivedOn),
  })),
});

const articleOf = ({ key, currency, ...source }: AccountSource, article: ArticleSource): Article => {
  for (const [kind, name, known] of [
    ['provider', article.provider, source.providers],
    ['distributor', article.distributor, source.distributors],
  ] as const) {
    const found = name === undefined || known.some((one) => one.name === name);
    if (!found) throw new Error(`${article.code}: there is no ${kind} ${name}`);
  }
  const price = (kind: 'one_off' | 'monthly', amountMinor: number | undefined) =>
    amountMinor === undefined ? [] : [{ kind, amountMinor, currency }];
  return {
    id: seedId(key, 'article', article.code),
    name: article.name,
    section: article.section,
    simKind: article.simKind ?? null,
    providerId: article.provider === undefined ? null : providerIdOf(key, article.provider),
    distributorId: article.distributor === undefined ? null : distributorIdOf(key, article.distributor),
    supplierArticleCode: article.code,
    prices: [...price('one_off', article.oneOff), ...price('monthly', article.monthly)],
    commitmentMonths: article.commitmentMonths ?? 0,
    validFrom: article.validFrom === undefined ? null : `${article.validFrom}T00:00:00Z`,
    validUntil: endOf(article.validUntil),
  };
};

const endOf = (day: string | undefined): string | null => (day === undefined ? null : `${day}T23:59:59Z`);
