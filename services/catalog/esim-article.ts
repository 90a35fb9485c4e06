import type { Article, PackedArticle } from '@simlane/contracts/http/catalog';

/** An article in a pack, with what decides whether it can be ordered from it. */
export interface PackEntry {
  readonly article: Article;
  readonly pack: Named;
  readonly provider: Named;
  /** Null where the article has none. */
  readonly distributor: Named | null;
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
}

/**
 * The eSIMs of the provider that can be ordered now (product.md §2 and §3): in the section `sim_cards`, of kind eSIM,
 * valid now, and nothing they come from is archived. An article in two packs is there twice, once for each pack.
 */
export const orderableEsims = (entries: readonly PackEntry[], providerId: string, now: Date): PackedArticle[] =>
  entries.flatMap(({ article, pack, provider, distributor }) => {
    if (article.section !== 'sim_cards' || article.simKind !== 'esim') return [];
    if (provider.id !== providerId) return [];
    if (distributor === null) return [];
    if (pack.archived || provider.archived || distributor.archived) return [];
    if (!isValid(article, now)) return [];
    return [
      {
        ...article,
        packId: pack.id,
        packName: pack.name,
        providerName: provider.name,
        distributorName: distributor.name,
      },
    ];
  });

/** From `validFrom` on, and no longer at `validUntil`; an end that is not set is open. */
const isValid = ({ validFrom, validUntil }: Article, now: Date): boolean =>
  (validFrom === null || new Date(validFrom) <= now) && (validUntil === null || now < new Date(validUntil));
