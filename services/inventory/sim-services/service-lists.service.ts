import type { ServiceDeviation } from '@simlane/contracts/http/service-deviations';
import type { ServiceTodo } from '@simlane/contracts/http/service-todos';
import type { DeviationKind } from '@simlane/contracts/service-changes';
import type { ServiceTodoCode } from '@simlane/contracts/sim-services';
import type { Caller } from '@simlane/service-kit/authentication';
import { toPage } from '@simlane/service-kit/pages';
import { readInAccount } from '@simlane/service-kit/postgres';
import type { Database } from '../database.ts';
import { findOpenProposals } from '../drift/drift-proposal.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { timeNow } from './clock.ts';
import { listDeviating, listTodos, type SimSince, type TodoSince } from './service-lists.repository.ts';
import { todosOf } from './service-todos.ts';
import { shownDeviation } from './service-wish.ts';
import type { SimServices } from './sim-services.ts';
import { readManyServices } from './sim-services.repository.ts';

interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** The SIMs that do not follow their profile, those first that have not for the longest time. */
export const listDeviations = (
  db: Database,
  caller: Caller,
  filters: { readonly kind?: DeviationKind | undefined; readonly serviceProfileId?: string | undefined },
  { after, limit }: { readonly after: SimSince | null; readonly limit: number },
): Promise<Page<ServiceDeviation>> =>
  readInAccount(db, caller.accountId, async (tx) => {
    const found = await listDeviating(tx, visibilityOf(caller), filters, { after, limit: limit + 1 });
    const simIds = found.map(({ simId }) => simId);
    const kept = await readManyServices(tx, caller.accountId, simIds);
    const now = timeNow();
    return toPage(found, limit, keyOf, ({ simId }) => {
      const services = kept.get(simId)?.services;
      if (services === undefined) throw new Error('each SIM that is asked about is answered');
      return shownDeviating(simId, services, now);
    });
  });

const keyOf = ({ since, simId }: SimSince) => [since.toISOString(), simId] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

const shownDeviating = (simId: string, { profile, deviation, options }: SimServices, now: Date): ServiceDeviation => {
  if (profile === null || deviation === null) throw new Error(`SIM ${simId} has no profile that it deviates from`);
  const age = Math.max(0, now.getTime() - deviation.since.getTime());
  return {
    simId,
    serviceProfile: { id: profile.id, version: profile.version },
    ...shownDeviation(deviation),
    ageDays: Math.floor(age / DAY_MS),
    options: Object.keys(options)
      .filter((option) => options[option] !== profile.options[option])
      .toSorted()
      .map((option) => ({ option, profile: profile.options[option] ?? null, own: options[option] as string })),
  };
};

/** What is left to do about the services of SIMs, what has been the longest first. */
export const listServiceTodos = (
  db: Database,
  caller: Caller,
  filters: { readonly code?: ServiceTodoCode | undefined },
  { after, limit }: { readonly after: TodoSince | null; readonly limit: number },
): Promise<Page<ServiceTodo & { simId: string }>> =>
  readInAccount(db, caller.accountId, async (tx) => {
    const { accountId } = caller;
    const found = await listTodos(tx, visibilityOf(caller), filters, { after, limit: limit + 1 });
    const simIds = [...new Set(found.map(({ simId }) => simId))];
    const kept = await readManyServices(tx, accountId, simIds);
    const proposals = await findOpenProposals(tx, accountId, simIds);
    return toPage(
      found,
      limit,
      (place) => [...keyOf(place), place.code],
      ({ simId, code }) => {
        const services = kept.get(simId)?.services;
        const todos = services === undefined ? [] : todosOf(services, proposals.get(simId) ?? null);
        const todo = todos.find((one) => one.code === code);
        if (todo === undefined) throw new Error(`SIM ${simId} has no to-do ${code}, as its columns say`);
        return { simId, ...todo };
      },
    );
  });
