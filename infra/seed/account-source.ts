import type { Account, Article } from '@simlane/contracts/http/catalog';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import type { Cutover } from '@simlane/contracts/order';
import type { PlanChange } from '@simlane/contracts/rate-plan';
import type { SimKind } from '@simlane/contracts/sim';

/** One operator as one account has it. Operators, distributors and groups are known by their names in these sources. */
interface ProviderSource {
  readonly name: string;
  readonly customerNumber: string;
  readonly contractReference: string;
  /** The two digits after the country in the ICCIDs of its SIMs. */
  readonly iccidIssuer: string;
  readonly smdpAddresses: readonly string[];
  /** The word by which the new SIM serves the line. */
  readonly cutoverOn: Cutover;
  readonly planChange: PlanChange;
  readonly timeToAcknowledge?: string;
  readonly timeToProcess?: string;
}

interface ContactSource {
  readonly name: string;
  readonly email: string;
  readonly language: 'en' | 'fr';
  readonly receivesQrCodeRequests: boolean;
}

interface DistributorSource {
  readonly name: string;
  readonly contacts: readonly ContactSource[];
  readonly archivedOn?: string;
}

export interface ArticleSource {
  readonly name: string;
  /** The supplier's article code. */
  readonly code: string;
  readonly section: Article['section'];
  readonly simKind?: SimKind;
  readonly provider?: string;
  readonly distributor?: string;
  /** In minor units of the account's currency. */
  readonly oneOff?: number;
  readonly monthly?: number;
  readonly commitmentMonths?: number;
  /** Days: the whole day counts, in UTC. */
  readonly validFrom?: string;
  readonly validUntil?: string;
}

interface OrderPackSource {
  readonly name: string;
  readonly articles: readonly ArticleSource[];
  readonly archivedOn?: string;
}

/** SIMs in the drawer: on no line, with nobody. */
interface StockSource {
  readonly provider: string;
  readonly distributor: string;
  readonly kind: SimKind;
  readonly state: 'in_stock' | 'discarded';
  readonly count: number;
}

/** Everything about one account that a person would write down; what machines number is derived from it. */
export interface AccountSource {
  /** Goes into every id. */
  readonly key: string;
  readonly account: Account;
  readonly currency: 'EUR' | 'GBP';
  /** Country part of its providers' ICCIDs. */
  readonly iccidCountry: '33' | '44';
  readonly mailDomain: string;
  readonly providers: readonly ProviderSource[];
  readonly distributors: readonly DistributorSource[];
  readonly orderPacks: readonly OrderPackSource[];
  readonly stock: readonly StockSource[];
  readonly actionProfiles: readonly {
    readonly name: string;
    readonly enabled: InventorySeed['actionProfiles'][number]['enabled'];
    readonly holders: readonly string[];
  }[];
  /** The table of devices and lines, beside the sources. */
  readonly fleetFile: URL;
}
