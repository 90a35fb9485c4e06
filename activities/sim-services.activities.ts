/**
 * The steps of a SIM's services, over the services' HTTP APIs. Inventory says what is to be sent and under which id, order
 * sends it once and keeps what the provider says, inventory takes it, then order knows that it was taken. All calls are
 * idempotent, so a step can be repeated from its beginning at any point.
 */
import type { SimServicesActivities } from '@simlane/contracts/activities';
import { type ServiceCall, serviceCallRoutes } from '@simlane/contracts/http/service-calls';
import { type NextServiceCall, simServicesInternalRoutes } from '@simlane/contracts/http/sim-services-internal';
import type { SimServicesInput } from '@simlane/contracts/sim-services';
import { RemoteProblem, UnavailableError } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';

type Opened = NonNullable<NextServiceCall['call']>;

/** Whether nothing is owed after it. */
interface Taken {
  readonly isSettled: boolean;
}

interface Sent extends Taken {
  readonly isAnswered: boolean;
}

export const createSimServicesActivities = ({
  inventory,
  order,
}: {
  readonly inventory: ServiceClient;
  readonly order: ServiceClient;
}): SimServicesActivities => {
  const record = async (
    { accountId, simId }: SimServicesInput,
    callId: string,
    results: ServiceCall['results'],
  ): Promise<Taken> => {
    if (results.length === 0) return { isSettled: false };
    const params = { simId, callId };
    const { owed } = await inventory.call(simServicesInternalRoutes.recordResults, {
      accountId,
      params,
      body: { results },
    });
    return { isSettled: owed === null };
  };

  /** Inventory first: what it does not have, order goes on telling. */
  const take = async (sim: SimServicesInput, { changeId, version, results }: ServiceCall): Promise<Taken> => {
    const taken = await record(sim, changeId, results);
    if (results.length === 0) return taken;
    const { accountId } = sim;
    await order.call(serviceCallRoutes.recordTaken, { accountId, params: { changeId }, body: { version } });
    return taken;
  };

  const send = async (sim: SimServicesInput, { callId, providerId, iccid, wanted }: Opened): Promise<Sent> => {
    const { accountId, simId } = sim;
    const body = { simId, providerId, iccid, ...wanted };
    const call = await order.call(serviceCallRoutes.put, { accountId, params: { changeId: callId }, body });
    const { isSettled } = await take(sim, call);
    return { isAnswered: call.state === 'answered', isSettled };
  };

  /** The provider cancels what it has arranged, or decides that it does not: either is the answer of this call. */
  const cancel = async (sim: SimServicesInput, callId: string, arrangedBy: string): Promise<void> => {
    const { accountId } = sim;
    try {
      const call = await order.call(serviceCallRoutes.cancelSchedule, { accountId, params: { changeId: arrangedBy } });
      const results = call.results.filter(({ of, outcome }) => of === 'rate_plan' && outcome !== 'scheduled');
      if (results.length === 0) throw new UnavailableError('The provider', 'has not said what became of the schedule');
      await record(sim, callId, results);
    } catch (error) {
      if (!(error instanceof RemoteProblem) || error.code !== 'cancellation_refused') throw error;
      const refusal = { of: 'rate_plan', name: arrangedBy, value: arrangedBy, outcome: 'refused' } as const;
      await record(sim, callId, [{ ...refusal, reason: error.detail }]);
    }
  };

  return {
    sendServiceCall: async (sim) => {
      const { accountId, simId } = sim;
      const { call } = await inventory.call(simServicesInternalRoutes.openNextCall, { accountId, params: { simId } });
      if (call === null) return null;
      const changeId = call.callId;
      if (call.cancels === undefined) return { changeId, ...(await send(sim, call)) };
      await cancel(sim, changeId, call.cancels);
      return { changeId, isAnswered: true };
    },

    takeServiceCallAnswer: async ({ changeId, ...sim }) => {
      const { accountId, simId } = sim;
      const call = await order
        .call(serviceCallRoutes.get, { accountId, params: { changeId } })
        .catch((error: unknown) => {
          if (error instanceof RemoteProblem && error.code === 'not_found') return null;
          throw error;
        });
      // A signal that nobody of ours has sent has nothing behind it.
      if (call !== null && call.simId === simId) await take(sim, call);
    },

    askForServiceCallAnswer: async ({ changeId, ...sim }) => {
      const call = await order.call(serviceCallRoutes.ask, { accountId: sim.accountId, params: { changeId } });
      await take(sim, call);
      return { isAnswered: call.state === 'answered' };
    },
  };
};
