import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import type { Sim } from '@simlane/contracts/http/fleet';
import { serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { type ServiceRollout, serviceRolloutRoutes } from '@simlane/contracts/http/service-rollouts';
import { simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { serviceRolloutWorkflowId } from '@simlane/contracts/service-rollouts';
import type { ServiceCast } from './demo-cast.ts';
import type { ToldStory } from './told-story.ts';

const SIMS = 200;
const CANARY = 10;
const PAGE = 200;
const REFUSED = 'SMS cannot be changed on this card before the next synchronisation';

/** One change of 200 SIMs: the canary fails, nothing else is touched; the provider comes round, and it is retried. */
export const rolloutStory = async (told: ToldStory, cast: ServiceCast): Promise<void> => {
  const { api, sandbox } = cast;
  const { sims, serviceProfileId } = await told.does({
    name: `A service profile for ${SIMS} SIMs`,
    expected: `${SIMS} SIMs in stock of one provider, and a profile that differs in SMS`,
    act: () => prepare(cast),
    holds: (one) => one.sims.length === SIMS,
    seen: (one) => `${one.sims.length} SIMs`,
  });
  const iccids = sims.map(({ iccid }) => iccid ?? '');
  const wish = {
    change: { kind: 'migrate', serviceProfileId },
    over: { csv: ['iccid', ...iccids, '8944999999999999990'].join('\n') },
    canary: { sims: CANARY },
  } as const;
  const preview = await told.does({
    name: 'Preview of a rollout over a CSV of ICCIDs, one of which is none',
    expected: `${SIMS} SIMs, the rest of the file told row by row`,
    act: () => api.call(serviceRolloutRoutes.previewServiceRollout, { body: wish }),
    holds: ({ sims: count, unusable }) => count === SIMS && unusable.rows === 1,
    seen: ({ sims: count, unusable, options }) =>
      `${count} SIMs; ${unusable.first[0]?.pointer}: ${unusable.first[0]?.detail}; ` +
      options.map(({ option, to, sims: touched }) => `${option} → ${to} (${touched})`).join(', '),
  });
  await sandbox.putServiceRules(
    iccids.map((iccid) => ({ iccid, change: 'answer' as const, refusedOptions: { sms: REFUSED } })),
  );
  const started = await told.does({
    name: `A rollout over ${SIMS} SIMs, ${CANARY} of them first`,
    expected: 'running, the row that is none left out because that was accepted',
    act: () =>
      api.call(serviceRolloutRoutes.createServiceRollout, {
        body: { ...wish, acceptWarnings: ['rows_unusable'], previewToken: preview.previewToken },
      }),
    holds: ({ state, sims: count }) => state === 'running' && count === SIMS,
    seen: ({ state, sims: count, canarySims }) => `${state}, ${count} SIMs, ${canarySims} first`,
  });
  told.note(cast.workflowPage(serviceRolloutWorkflowId(started.id)));
  await told.sees({
    name: 'The provider refuses, and it stops after the canary',
    expected: `stopped, ${CANARY} failed, ${SIMS - CANARY} not touched`,
    look: () => read(cast, started.id),
    holds: ({ state, counts }) => state === 'stopped' && counts.failed === CANARY && counts.behind === SIMS - CANARY,
    seen: inWords,
  });
  await told.does({
    name: 'Each SIM says why, in the words of the provider',
    expected: REFUSED,
    act: () =>
      api.call(serviceRolloutRoutes.listServiceRolloutSims, {
        params: { id: started.id },
        query: { state: 'failed', limit: PAGE },
      }),
    holds: ({ items }) => items.length === CANARY && items.every(({ failures }) => failures[0]?.reason === REFUSED),
    seen: ({ items }) => `${items.length} SIMs: ${items[0]?.failures[0]?.reason}`,
  });
  await sandbox.putServiceRules([]);
  told.note('the provider takes it from now on');
  await told.does({
    name: 'It is retried',
    expected: 'running again',
    act: () => api.call(serviceRolloutRoutes.retryServiceRollout, { params: { id: started.id } }),
    holds: ({ state }) => state === 'running',
    seen: inWords,
  });
  await told.sees({
    name: `All ${SIMS} SIMs have it`,
    expected: 'done: each SIM done, or scheduled where only its rate plan is to come',
    look: () => read(cast, started.id),
    holds: ({ state, counts }) => state === 'done' && (counts.done ?? 0) + (counts.scheduled ?? 0) === SIMS,
    seen: inWords,
  });
};

const prepare = async ({ api, administrator }: ServiceCast): Promise<{ sims: Sim[]; serviceProfileId: string }> => {
  const sims = await simsInStock(api);
  const { items } = await api.call(serviceProfileRoutes.listServiceProfiles, {
    query: { limit: PAGE, ...(sims[0] === undefined ? {} : { providerId: sims[0].providerId }) },
  });
  const office = items.find(({ name }) => name === 'Office');
  if (office === undefined) throw new Error('the example data has the profile Office');
  const chosen = sims.slice(0, SIMS);
  const { options } = await api.call(simServiceRoutes.getSimServices, { params: { id: chosen[0]?.id ?? '' } });
  // On kept data they may have it already.
  const sms = options.find(({ option }) => option === 'sms')?.confirmed === 'off' ? 'on' : 'off';
  const body = { name: `Depot, SMS ${sms}, ${new Date().toISOString()}`, copyOf: office.id, options: { sms } };
  const { id } = await administrator.call(serviceProfileRoutes.createServiceProfile, { body });
  return { sims: chosen, serviceProfileId: id };
};

/** For trackers, of the provider that has most of them. */
const simsInStock = async (api: ServiceCast['api']): Promise<Sim[]> => {
  const byProvider = new Map<string, Sim[]>();
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const query = { limit: PAGE, state: 'in_stock', ...(cursor === undefined ? {} : { cursor }) } as const;
    const page = await api.call(inventoryRoutes.listSims, { query });
    for (const sim of page.items) {
      if (sim.iccid === null || sim.changeInFlight !== null) continue;
      byProvider.set(sim.providerId, [...(byProvider.get(sim.providerId) ?? []), sim]);
    }
    cursor = page.nextCursor;
  }
  return [...byProvider.values()].toSorted((one, other) => other.length - one.length)[0] ?? [];
};

const read = ({ api }: ServiceCast, id: string): Promise<ServiceRollout> =>
  api.call(serviceRolloutRoutes.getServiceRollout, { params: { id } });

const inWords = ({ state, counts, stoppedBecause }: ServiceRollout): string => {
  const parts = Object.entries(counts).filter(([, count]) => (count ?? 0) > 0);
  const told = parts.map(([name, count]) => `${count} ${name}`).join(', ');
  return `${state}: ${told}${stoppedBecause === null ? '' : ` (${stoppedBecause})`}`;
};
