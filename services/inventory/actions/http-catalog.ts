import { catalogInternalRoutes } from '@simlane/contracts/http/catalog';
import type { Logger } from '@simlane/service-kit/logger';
import { RemoteProblem } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import {
  type Catalog,
  type Learnt,
  learnt,
  NO_DISTRIBUTOR,
  NOT_LEARNT,
  type ProviderFacts,
  type QrCodeContactFacts,
  type QrCodeProvider,
  type QrRequestFacts,
} from './catalog.ts';
import { createKeptAnswers } from './kept-answers.ts';

/** How old an answer may be that an action list is made from (api.md "Who calls whom"). */
export const CATALOG_FACTS_KEPT_MS = 30_000;
/** While the catalog is away, lists answer at once with `unknown`, and ask again after this. */
const SILENCE_KEPT_MS = 1_000;
/** Providers and distributors of the accounts that are busy at a time, with room. */
const MOST_KEPT_ANSWERS = 10_000;

/** The catalog over its internal routes. */
export const createHttpCatalog = ({ client, logger }: { client: ServiceClient; logger: Logger }): Catalog => {
  const silent = (error: unknown): Learnt<never> => {
    logger.warn({ err: error }, 'the catalog could not be asked');
    return NOT_LEARNT;
  };

  const askProvider = async (accountId: string, id: string): Promise<Learnt<ProviderFacts>> => {
    try {
      const [provider, articles] = await Promise.all([
        client.call(catalogInternalRoutes.getProvider, { accountId, params: { id } }).catch(nullIfNotFound),
        client.call(catalogInternalRoutes.listEsimArticles, { accountId, query: { providerId: id } }),
      ]);
      return learnt({
        name: provider?.name ?? null,
        archived: provider !== null && provider.archivedAt !== null,
        esimArticles: articles.items.map(({ id: articleId, packId, distributorId }) => ({
          id: articleId,
          packId,
          distributorId,
        })),
      });
    } catch (error) {
      return silent(error);
    }
  };

  const askContacts = async (accountId: string, id: string): Promise<Learnt<QrCodeContactFacts>> => {
    try {
      const answer = await client.call(catalogInternalRoutes.listQrCodeContacts, { accountId, params: { id } });
      return learnt({ distributorName: answer.distributorName, contacts: answer.items.length });
    } catch (error) {
      return silent(error);
    }
  };

  const askForRequest = async (
    accountId: string,
    { distributorId, providerId }: Parameters<Catalog['qrRequestFacts']>[1],
  ): Promise<Learnt<QrRequestFacts>> => {
    try {
      const [contactsOfRole, provider, account] = await Promise.all([
        distributorId === null
          ? { distributorName: NO_DISTRIBUTOR.distributorName, items: [] }
          : client.call(catalogInternalRoutes.listQrCodeContacts, { accountId, params: { id: distributorId } }),
        client.call(catalogInternalRoutes.getProvider, { accountId, params: { id: providerId } }).catch(nullIfNotFound),
        client.call(catalogInternalRoutes.getAccount, { accountId }),
      ]);
      return learnt({
        distributorName: contactsOfRole.distributorName,
        contacts: contactsOfRole.items,
        accountName: account.name,
        timeZone: account.timeZone,
        providerName: provider?.name ?? null,
      });
    } catch (error) {
      return silent(error);
    }
  };

  const askCodeProvider = async (accountId: string, id: string): Promise<Learnt<QrCodeProvider>> => {
    try {
      const provider = await client
        .call(catalogInternalRoutes.getProvider, { accountId, params: { id } })
        .catch(nullIfNotFound);
      return learnt({ name: provider?.name ?? null, smdpAddresses: provider?.smdpAddresses ?? [] });
    } catch (error) {
      return silent(error);
    }
  };

  const keeping = {
    most: MOST_KEPT_ANSWERS,
    keptMs: (answer: Learnt<unknown>) => (answer.known ? CATALOG_FACTS_KEPT_MS : SILENCE_KEPT_MS),
  };
  const providers = createKeptAnswers<Learnt<ProviderFacts>>(keeping);
  const contacts = createKeptAnswers<Learnt<QrCodeContactFacts>>(keeping);

  return {
    providerFacts: (accountId, providerId, freshness) => {
      const ask = () => askProvider(accountId, providerId);
      return freshness === 'afresh' ? ask() : providers(`${accountId} ${providerId}`, ask);
    },
    qrCodeContacts: (accountId, distributorId) =>
      contacts(`${accountId} ${distributorId}`, () => askContacts(accountId, distributorId)),
    qrRequestFacts: askForRequest,
    qrCodeProvider: askCodeProvider,
  };
};

const nullIfNotFound = (error: unknown): null => {
  if (error instanceof RemoteProblem && error.code === 'not_found') return null;
  throw error;
};
