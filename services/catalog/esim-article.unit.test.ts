import { ARTICLE_SECTIONS } from '@simlane/contracts/http/catalog';
import { describe, expect, it } from 'vitest';
import { orderableEsims, type PackEntry } from './esim-article.ts';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const PROVIDER = '01890000-0000-7000-8000-000000000001';
const DISTRIBUTOR = '01890000-0000-7000-8000-000000000002';

const entry: PackEntry = {
  article: {
    id: '01890000-0000-7000-8000-000000000003',
    name: 'eSIM',
    section: 'sim_cards',
    simKind: 'esim',
    providerId: PROVIDER,
    distributorId: DISTRIBUTOR,
    supplierArticleCode: 'ESIM-1',
    prices: [{ kind: 'one_off', amountMinor: 500, currency: 'EUR' }],
    commitmentMonths: 0,
    validFrom: null,
    validUntil: null,
  },
  pack: { id: '01890000-0000-7000-8000-000000000004', name: 'Mobile', archived: false },
  provider: { id: PROVIDER, name: 'Provider', archived: false },
  distributor: { id: DISTRIBUTOR, name: 'Distributor', archived: false },
};
const withArticle = (changes: Partial<PackEntry['article']>): PackEntry => ({
  ...entry,
  article: { ...entry.article, ...changes },
});
const ordered = (...entries: PackEntry[]) => orderableEsims(entries, PROVIDER, NOW);

describe('an eSIM that can be ordered now', () => {
  it('comes with the names of what it is from', () => {
    expect(ordered(entry)).toEqual([
      {
        ...entry.article,
        packId: entry.pack.id,
        packName: 'Mobile',
        providerName: 'Provider',
        distributorName: 'Distributor',
      },
    ]);
  });

  it('is there once for each pack it is in', () => {
    const other = { ...entry, pack: { ...entry.pack, id: '01890000-0000-7000-8000-000000000005', name: 'Travel' } };
    expect(ordered(entry, other).map(({ id, packName }) => [id, packName])).toEqual([
      [entry.article.id, 'Mobile'],
      [entry.article.id, 'Travel'],
    ]);
  });

  it.each(ARTICLE_SECTIONS.filter((section) => section !== 'sim_cards'))('is not in the section %s', (section) => {
    expect(ordered(withArticle({ section }))).toEqual([]);
  });

  it('is no physical SIM', () => {
    expect(ordered(withArticle({ simKind: 'physical' }))).toEqual([]);
    expect(ordered(withArticle({ simKind: null }))).toEqual([]);
  });

  it('is of the provider that was asked for', () => {
    expect(ordered({ ...entry, provider: { ...entry.provider, id: DISTRIBUTOR } })).toEqual([]);
  });

  it.each([
    ['pack', { ...entry, pack: { ...entry.pack, archived: true } }],
    ['provider', { ...entry, provider: { ...entry.provider, archived: true } }],
    ['distributor', { ...entry, distributor: { id: DISTRIBUTOR, name: 'Distributor', archived: true } }],
  ])('is not of an archived %s', (_what, archived) => {
    expect(ordered(archived)).toEqual([]);
  });

  it('has a distributor', () => {
    expect(ordered({ ...entry, distributor: null })).toEqual([]);
  });

  it.each([
    ['before it begins', { validFrom: '2026-03-01T10:00:00.001Z' }, 0],
    ['from its very beginning', { validFrom: '2026-03-01T10:00:00.000Z' }, 1],
    ['until just before its end', { validUntil: '2026-03-01T10:00:00.001Z' }, 1],
    ['at its end', { validUntil: '2026-03-01T10:00:00.000Z' }, 0],
    ['at its end in another zone', { validUntil: '2026-03-01T11:00:00.000+01:00' }, 0],
  ])('is valid or not %s', (_when, validity, count) => {
    expect(ordered(withArticle(validity))).toHaveLength(count);
  });
});
