import { createLogger } from '@simlane/service-kit/logger';
import { RemoteProblem, UnavailableError } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import { describe, expect, it } from 'vitest';
import { createHttpCatalog } from './http-catalog.ts';

const answers: Record<string, unknown> = {
  '/internal/providers/:id': { name: 'Polarlink', archivedAt: null },
  '/internal/esim-articles': { items: [{ id: 'a', packId: 'p', distributorId: 'd', name: 'eSIM' }] },
  '/internal/distributors/:id/qr-code-contacts': { distributorName: 'Simhaus', items: [{}, {}] },
};

const catalogThat = (answer: (path: string) => unknown) => {
  let calls = 0;
  const client = {
    call: async ({ path }: { path: string }) => {
      calls += 1;
      return answer(path);
    },
    close: () => undefined,
  } as unknown as ServiceClient;
  return {
    catalog: createHttpCatalog({ client, logger: createLogger({ name: 'test', level: 'silent' }) }),
    calls: () => calls,
  };
};

describe('the catalog over HTTP', () => {
  it('tells what can be ordered of a provider, and how many contacts a distributor has', async () => {
    const { catalog } = catalogThat((path) => answers[path]);
    expect(await catalog.providerFacts('account', 'p', 'kept')).toEqual({
      known: true,
      value: { name: 'Polarlink', archived: false, esimArticles: [{ id: 'a', packId: 'p', distributorId: 'd' }] },
    });
    expect(await catalog.qrCodeContacts('account', 'd')).toEqual({
      known: true,
      value: { distributorName: 'Simhaus', contacts: 2 },
    });
  });

  it('keeps answers by account, and asks afresh where told to', async () => {
    const { catalog, calls } = catalogThat((path) => answers[path]);
    await catalog.providerFacts('account', 'p', 'kept');
    await catalog.providerFacts('account', 'p', 'kept');
    expect(calls()).toBe(2);
    await catalog.providerFacts('account', 'p', 'afresh');
    expect(calls()).toBe(4);
    await catalog.providerFacts('another account', 'p', 'kept');
    expect(calls()).toBe(6);
  });

  it('has not learnt anything from a catalog that does not answer, and does not throw', async () => {
    const { catalog } = catalogThat(() => {
      throw new UnavailableError('catalog', 'no answer within 2000 ms');
    });
    expect(await catalog.providerFacts('account', 'p', 'afresh')).toEqual({ known: false });
    expect(await catalog.qrCodeContacts('account', 'd')).toEqual({ known: false });
  });

  it('has learnt that there is nothing to order of a provider whom the catalog does not know', async () => {
    const { catalog } = catalogThat((path) => {
      if (path !== '/internal/providers/:id') return { items: [] };
      throw new RemoteProblem('catalog', {
        type: 'urn:simlane:problem:not_found',
        title: '',
        status: 404,
        code: 'not_found',
        detail: '',
        instance: '',
      });
    });
    expect(await catalog.providerFacts('account', 'p', 'kept')).toEqual({
      known: true,
      value: { name: null, archived: false, esimArticles: [] },
    });
  });
});
