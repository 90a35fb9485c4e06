import type { PackedArticle } from '@simlane/contracts/http/catalog';

/** Something that another service knows; not learnt where it did not answer. */
export type Learnt<T> = { readonly known: true; readonly value: T } | { readonly known: false };

export const learnt = <T>(value: T): Learnt<T> => ({ known: true, value });
export const NOT_LEARNT: Learnt<never> = { known: false };

export interface ProviderFacts {
  /** Null where the catalog has no such provider. */
  readonly name: string | null;
  readonly archived: boolean;
  /** eSIMs of this provider that can be ordered now. */
  readonly esimArticles: readonly OrderableEsim[];
}

export type OrderableEsim = Pick<PackedArticle, 'id' | 'packId' | 'distributorId'>;

export interface QrCodeContactFacts {
  /** Null where the SIM has no distributor, or the catalog does not know him. */
  readonly distributorName: string | null;
  readonly contacts: number;
}

export const NO_DISTRIBUTOR: QrCodeContactFacts = { distributorName: null, contacts: 0 };

/**
 * What inventory asks the catalog. Not learnt: the catalog did not answer, or not with what was agreed; it never
 * throws.
 */
export interface Catalog {
  /** `kept`: an answer of the last half minute will do. `afresh`: before something is reserved. */
  providerFacts(accountId: string, providerId: string, freshness: 'kept' | 'afresh'): Promise<Learnt<ProviderFacts>>;
  qrCodeContacts(accountId: string, distributorId: string): Promise<Learnt<QrCodeContactFacts>>;
}
