/**
 * What SIMs are owed that were changed together, sent many in one step, with the calls that the workflow of one SIM makes:
 * a step can be repeated from its beginning at any point, and what it leaves goes on there.
 */
import type { ServiceCallsActivities } from '@simlane/contracts/activities';
import { MOST_CALLS_AT_ONCE, type ServiceCall, serviceCallRoutes } from '@simlane/contracts/http/service-calls';
import { simServicesInternalRoutes } from '@simlane/contracts/http/sim-services-internal';
import type { ServiceClient } from '@simlane/service-kit/service-client';

export const createServiceCallsActivities = ({
  inventory,
  order,
}: {
  readonly inventory: ServiceClient;
  readonly order: ServiceClient;
}): ServiceCallsActivities => {
  const open = async (accountId: string, simIds: readonly string[]) => {
    const body = { simIds: [...simIds] };
    return (await inventory.call(simServicesInternalRoutes.openNextCalls, { accountId, body })).calls;
  };

  /** Where each stands, by its id. What is to be cancelled is not sent: its SIM's workflow knows how. */
  const send = async (
    accountId: string,
    opened: Awaited<ReturnType<typeof open>>,
  ): Promise<ReadonlyMap<string, ServiceCall>> => {
    const calls = opened.flatMap(({ callId, simId, providerId, iccid, wanted }) =>
      wanted === undefined ? [] : [{ changeId: callId, simId, providerId, iccid, ...wanted }],
    );
    if (calls.length === 0) return new Map();
    const sent = await order.call(serviceCallRoutes.putMany, { accountId, body: { calls } });
    return new Map(sent.calls.map((call) => [call.changeId, call]));
  };

  const sendTogether = async (accountId: string, simIds: readonly string[]): Promise<number> => {
    const opened = await open(accountId, simIds);
    if (opened.length === 0) return 0;
    const sent = await send(accountId, opened);
    // Those without an answer too: from now on they are for their own workflows.
    const calls = opened.map(({ simId, callId }) => ({ simId, callId, results: sent.get(callId)?.results ?? [] }));
    const recorded = await inventory.call(simServicesInternalRoutes.recordManyResults, { accountId, body: { calls } });
    // Inventory first: what it does not have, order goes on telling.
    const taken = recorded.taken.flatMap((changeId) => {
      const { version = 0 } = sent.get(changeId) ?? {};
      return version === 0 ? [] : [{ changeId, version }];
    });
    if (taken.length > 0) await order.call(serviceCallRoutes.recordManyTaken, { accountId, body: { taken } });
    return taken.length;
  };

  return {
    sendServiceCalls: async ({ accountId, simIds }) => {
      let answered = 0;
      for (let from = 0; from < simIds.length; from += MOST_CALLS_AT_ONCE) {
        answered += await sendTogether(accountId, simIds.slice(from, from + MOST_CALLS_AT_ONCE));
      }
      return { answered };
    },
  };
};
