import type { ServiceReconciliationActivities } from '@simlane/contracts/activities';
import {
  SERVICE_RECONCILIATION_WORKFLOW,
  type ServiceReconciliationInput,
  serviceReconciliationWorkflowId,
} from '@simlane/contracts/drift';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';
import { runWorkflows } from './workflow-worker.fixture.ts';

/** What comes of each portion, in turn; after the last there is none left. */
type Portion = Awaited<ReturnType<ServiceReconciliationActivities['compareServices']>> | 'fails';

const reconciliations = new Map<string, { readonly portions: Portion[]; readonly tries: number[] }>();

const activities: ServiceReconciliationActivities = {
  compareServices: async ({ reconciliationId, tries }) => {
    const reconciliation = reconciliations.get(reconciliationId);
    if (reconciliation === undefined) throw new Error(`no reconciliation ${reconciliationId}`);
    reconciliation.tries.push(tries);
    const portion = reconciliation.portions.shift() ?? null;
    if (portion === 'fails') throw new Error('inventory does not answer');
    return portion;
  },
};

const temporal = runWorkflows(activities);

const MOVED = { hasMoved: true, laterMs: null } as const;

const start = async (portions: Portion[]) => {
  const reconciliationId = randomUUID();
  const tries: number[] = [];
  reconciliations.set(reconciliationId, { portions, tries });
  const input: ServiceReconciliationInput = { accountId: randomUUID(), reconciliationId };
  const handle = await temporal.client.workflow.start(SERVICE_RECONCILIATION_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: serviceReconciliationWorkflowId(reconciliationId),
    args: [input],
  });
  return { handle, tries };
};

describe('a reconciliation', () => {
  it('compares portion after portion until none is left', async () => {
    const { handle, tries } = await start([MOVED, MOVED]);
    await handle.result();
    expect(tries).toEqual([0, 0, 0]);
    await recordHistory(handle, 'reconciliation-of-two-portions');
  });

  it('waits where the provider asks for time, and counts what was tried in vain at one place', async () => {
    const later = { hasMoved: false, laterMs: 50 } as const;
    const { handle, tries } = await start([later, later, { hasMoved: true, laterMs: 50 }, MOVED]);
    await handle.result();
    expect(tries).toEqual([0, 1, 2, 0, 0]);
    await recordHistory(handle, 'reconciliation-of-a-provider-that-asks-for-time');
  });

  it('is tried again where a service does not answer', async () => {
    const { handle, tries } = await start(['fails', MOVED]);
    await handle.result();
    expect(tries).toEqual([0, 0, 0]);
    await recordHistory(handle, 'reconciliation-at-the-second-try');
  });

  it('is nothing to a run that finds nothing to do', async () => {
    const { handle, tries } = await start([]);
    await handle.result();
    expect(tries).toEqual([0]);
  });

  it('of many portions goes on in another run before its history is long', async () => {
    const { handle, tries } = await start(Array.from({ length: 200 }, () => MOVED));
    await handle.result();
    expect(tries).toHaveLength(201);
    const { client } = temporal;
    const first = await client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId).fetchHistory();
    const last = await handle.fetchHistory();
    expect(first.events?.length).toBeLessThan(1_100);
    expect(last.events?.length).toBeLessThan(first.events?.length ?? 0);
  });
});
