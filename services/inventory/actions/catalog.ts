import type { DistributorContact, PackedArticle } from '@simlane/contracts/http/catalog';
import type { Sim } from '@simlane/contracts/http/fleet';

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

/** What a request for a QR code depends on, and what its message says. */
export interface QrRequestFacts extends Pick<QrCodeContactFacts, 'distributorName'> {
  readonly contacts: readonly DistributorContact[];
  readonly accountName: string;
  /** IANA; times are shown in it. */
  readonly timeZone: string;
  /** Null where the catalog has no such provider. */
  readonly providerName: string | null;
}

/** What an imported activation code is compared with. */
export interface QrCodeProvider {
  readonly name: string | null;
  readonly smdpAddresses: readonly string[];
}

/**
 * What inventory asks the catalog. Not learnt: the catalog did not answer, or not with what was agreed; it never
 * throws.
 */
export interface Catalog {
  /** `kept`: an answer of the last half minute will do. `afresh`: before something is reserved. */
  providerFacts(accountId: string, providerId: string, freshness: 'kept' | 'afresh'): Promise<Learnt<ProviderFacts>>;
  qrCodeContacts(accountId: string, distributorId: string): Promise<Learnt<QrCodeContactFacts>>;
  /** Always afresh: somebody is about to be written to, or uses his link. */
  qrRequestFacts(accountId: string, sim: Pick<Sim, 'distributorId' | 'providerId'>): Promise<Learnt<QrRequestFacts>>;
  /** Always afresh: a code is about to count. */
  qrCodeProvider(accountId: string, providerId: string): Promise<Learnt<QrCodeProvider>>;
}
