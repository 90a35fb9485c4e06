/** SIMs compared with what a provider reports of them, as the worker does it. */
import type { DriftProposal, ServiceReconciliation } from '@simlane/contracts/http/drift-proposals';
import type { ReconciliationPortion } from '@simlane/contracts/http/service-reconciliation-internal';
import type { DriftTake } from '@simlane/contracts/drift';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import type { Inventory } from '../inventory.fixture.ts';
import { type SimUnderTest, startSim } from '../sim-services/sim-services.fixture.ts';
import { createReconciliationDueHandler } from './reconciliation-due-handler.ts';

/** What the provider reports, by SIM; what is left out is as it has confirmed it. */
export type Reports = Readonly<
  Record<string, { readonly options?: object; readonly ratePlan?: string | null } | 'unread'>
>;

/** On a profile with all of it confirmed, and what reconciles its account. */
export const startSettled = async (inventory: Inventory, profile: Parameters<SimUnderTest['addProfile']>[0] = {}) => {
  const sim = await startSim(inventory);
  const profileId = sim.addProfile(profile);
  await sim.change({ kind: 'migrate', serviceProfileId: profileId });
  await sim.settle();
  return { ...sim, profileId, ...reconcilerOf(inventory, sim) };
};

export const reconcilerOf = (inventory: Inventory, sim: Pick<SimUnderTest, 'accountId' | 'call' | 'simId'>) => {
  const { accountId, call, simId } = sim;
  const wokenReconciliations: { id: string; again: boolean }[] = [];
  const { service_reconciliation: handle } = createReconciliationDueHandler({
    db: inventory.db,
    workflow: { wake: async ({ id }, { again }) => void wokenReconciliations.push({ id, again }) },
  });
  const worker = <T>(id: string, step: 'portion' | 'reported', body?: object) =>
    inventory.internal<T>({
      method: 'PUT',
      path: `/service-reconciliations/${id}/${step}`,
      accountId,
      service: 'worker',
      body,
    });
  const takePortion = async (id: string = accountId) =>
    (await worker<{ portion: ReconciliationPortion | null }>(id, 'portion')).body.portion;
  const confirmedOf = async (id: string) => {
    const { rows } = await inAccount(inventory.db, accountId, (tx) =>
      sql<{ confirmed: { options: Record<string, string>; plan: string | null } }>`
        select services -> 'confirmed' as confirmed from sim_services where sim_id = ${id}`.execute(tx),
    );
    return rows[0]?.confirmed ?? { options: {}, plan: null };
  };
  const report = async (id: string, portion: ReconciliationPortion, reports: Reports = {}) => {
    const read = portion.sims.filter((one) => reports[one.simId] !== 'unread');
    const sims = await Promise.all(
      read.map(async (one) => {
        const { options, plan } = await confirmedOf(one.simId);
        const told = reports[one.simId];
        const said = typeof told === 'object' ? told : {};
        return { ...one, options: { ...options, ...said.options }, ratePlan: said.ratePlan ?? plan };
      }),
    );
    const { after, upTo } = portion;
    return worker(id, 'reported', { after, upTo, sims, unread: portion.sims.length - sims.length });
  };
  const ask = (body: object = {}) => call<ServiceReconciliation>('POST', '/service-reconciliations', body);
  return {
    wokenReconciliations,
    handleReconciliation: (id: string = accountId, tries = 0) => handle({ id, accountId, tries }),
    takePortion,
    report,
    ask,
    /** A whole reconciliation of the account, in which the provider reports this. */
    reconcile: async (reports: Reports = {}): Promise<void> => {
      await ask();
      for (let portion = await takePortion(); portion !== null; portion = await takePortion()) {
        await report(accountId, portion, reports);
      }
    },
    reconciliation: (id: string = accountId) => call<ServiceReconciliation>('GET', `/service-reconciliations/${id}`),
    dueReconciliation: async (id: string = accountId) => {
      const { rows } = await sql<{ due_at: Date }>`
        select due_at from due where kind = 'service_reconciliation' and id = ${id}`.execute(inventory.db);
      return rows[0]?.due_at ?? null;
    },
    proposals: async (query = '') =>
      (await call<{ items: DriftProposal[] }>('GET', `/drift-proposals?simId=${simId}${query}`)).body.items,
    decide: (proposal: Pick<DriftProposal, 'id' | 'version'>, take: DriftTake, reason?: string) =>
      call<DriftProposal>('POST', `/drift-proposals/${proposal.id}/decision`, {
        take,
        version: proposal.version,
        ...(reason === undefined ? {} : { reason }),
      }),
    /** Target, confirmed and version, as they are stored. */
    stored: async () => {
      const { rows } = await inAccount(inventory.db, accountId, (tx) =>
        sql`select services, version from sim_services where sim_id = ${simId}`.execute(tx),
      );
      return rows[0];
    },
  };
};
