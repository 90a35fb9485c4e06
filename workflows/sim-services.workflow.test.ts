import type { SimServicesActivities } from '@simlane/contracts/activities';
import { SIM_SERVICES_CHANGED_SIGNAL } from '@simlane/contracts/service-changes';
import {
  SERVICE_CALL_ANSWERED_SIGNAL,
  SIM_SERVICES_WORKFLOW,
  type SimServicesInput,
  simServicesWorkflowId,
} from '@simlane/contracts/sim-services';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordHistory } from './record-history.fixture.ts';
import { runWorkflows } from './workflow-worker.fixture.ts';

const sims = new Map<string, TestSim>();

/** A SIM as the activities of the test find it: calls to come, and whether each is answered at once. */
interface TestSim {
  readonly calls: { readonly changeId: string; isAnswered: boolean }[];
  readonly log: string[];
  failures: number;
  /** Its answers say whether anything differs after them; earlier ones did not. */
  saysIfSettled: boolean;
}

const found = ({ simId }: SimServicesInput, name: string): TestSim => {
  const sim = sims.get(simId);
  if (sim === undefined) throw new Error(`no SIM ${simId}`);
  sim.log.push(name);
  return sim;
};

const activities: SimServicesActivities = {
  sendServiceCall: async (ref) => {
    const sim = found(ref, 'send');
    if (sim.failures > 0) {
      sim.failures -= 1;
      throw new Error('the provider does not answer');
    }
    const [call] = sim.calls;
    if (call === undefined) return null;
    if (call.isAnswered) sim.calls.shift();
    return { ...call, ...(sim.saysIfSettled ? { isSettled: sim.calls.length === 0 } : {}) };
  },
  takeServiceCallAnswer: async ({ changeId, ...ref }) => {
    const sim = found(ref, 'take');
    if (sim.calls[0]?.changeId === changeId) sim.calls.shift();
  },
  askForServiceCallAnswer: async ({ changeId, ...ref }) => {
    const sim = found(ref, 'ask');
    if (sim.calls[0]?.changeId === changeId) sim.calls.shift();
    return { isAnswered: true };
  },
};

const temporal = runWorkflows(activities);

const newSim = (answeredAtOnce: readonly boolean[]) => {
  const simId = randomUUID();
  const sim: TestSim = {
    calls: answeredAtOnce.map((isAnswered) => ({ changeId: randomUUID(), isAnswered })),
    log: [],
    failures: 0,
    saysIfSettled: false,
  };
  sims.set(simId, sim);
  return { simId, sim };
};

const start = (simId: string): Promise<WorkflowHandle> =>
  temporal.client.workflow.start(SIM_SERVICES_WORKFLOW, {
    taskQueue: temporal.taskQueue,
    workflowId: simServicesWorkflowId(simId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [{ accountId: randomUUID(), simId }],
  });

const hasDone = (sim: TestSim, log: readonly string[]) => expect.poll(() => sim.log, { timeout: 10_000 }).toEqual(log);

describe('the services of a SIM', () => {
  it('are sent one call after the other until nothing differs', async () => {
    const { simId, sim } = newSim([true, true]);
    const handle = await start(simId);
    await handle.result();
    expect(sim.log).toEqual(['send', 'send', 'send']);
    await recordHistory(handle, 'services-answered-at-once');
  });

  it('take one step where the provider answers at once and nothing differs afterwards', async () => {
    const { simId, sim } = newSim([true, true]);
    sim.saysIfSettled = true;
    const handle = await start(simId);
    await handle.result();
    expect(sim.log).toEqual(['send', 'send']);
    await recordHistory(handle, 'services-settled-by-the-answer');
  });

  it('wait for the answer that a signal brings, and go on with the next difference', async () => {
    const { simId, sim } = newSim([false, true]);
    const handle = await start(simId);
    await hasDone(sim, ['send']);
    await handle.signal(SERVICE_CALL_ANSWERED_SIGNAL, { changeId: sim.calls[0]?.changeId });
    await handle.result();
    expect(sim.log).toEqual(['send', 'take', 'send', 'send']);
    await recordHistory(handle, 'services-answered-by-signal');
  });

  it('look again when something else is wanted, and take an answer to a call of long ago', async () => {
    const { simId, sim } = newSim([false]);
    const handle = await start(simId);
    await hasDone(sim, ['send']);
    await handle.signal(SIM_SERVICES_CHANGED_SIGNAL);
    await hasDone(sim, ['send', 'send']);
    await handle.signal(SERVICE_CALL_ANSWERED_SIGNAL, { changeId: randomUUID() });
    await hasDone(sim, ['send', 'send', 'take', 'send']);
    await handle.signal(SERVICE_CALL_ANSWERED_SIGNAL, { changeId: sim.calls[0]?.changeId });
    await handle.result();
    expect(sim.log.slice(4)).toEqual(['take', 'send']);
    await recordHistory(handle, 'services-changed-meanwhile');
  });

  it('take no notice of a signal that names nothing', async () => {
    const { simId, sim } = newSim([false]);
    const handle = await start(simId);
    await hasDone(sim, ['send']);
    for (const arg of [undefined, null, {}, { changeId: 7 }, { changeId: '../x' }]) {
      await handle.signal(SERVICE_CALL_ANSWERED_SIGNAL, arg);
    }
    await handle.signal(SERVICE_CALL_ANSWERED_SIGNAL, { changeId: sim.calls[0]?.changeId });
    await handle.result();
    expect(sim.log).toEqual(['send', 'take', 'send']);
  });

  it('are sent again until it succeeds', async () => {
    const { simId, sim } = newSim([true]);
    sim.failures = 2;
    const handle = await start(simId);
    await handle.result();
    expect(sim.log).toEqual(['send', 'send', 'send', 'send']);
    await recordHistory(handle, 'services-at-the-third-try');
  });

  it('are nothing to a run that finds nothing to do', async () => {
    const { simId, sim } = newSim([]);
    await (await start(simId)).result();
    expect(sim.log).toEqual(['send']);
  });
});
