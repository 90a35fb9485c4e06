import type { Order } from '@simlane/contracts/http/order';
import { type DecisionBody, orderDecisionRoutes } from '@simlane/contracts/http/order-decisions';
import { inject } from 'vitest';
import { createPublicApi, type PublicApi } from '../demo/public-api.ts';
import { signInAs } from '../local/sign-in.ts';
import { serviceUrls } from './fleet-manager.fixture.ts';

export interface Operations {
  readonly api: PublicApi;
  /** Decides about an order; the reason is made up where the decision gives none. */
  decide(orderId: string, decision: Decision): Promise<Order>;
}

type WithoutReason<T> = T extends { reason: string } ? Omit<T, 'reason'> : never;
type Decision = WithoutReason<DecisionBody>;

/** Somebody of operations, in the name of an account. */
export const startOperations = async (accountId: string): Promise<Operations> => {
  const api = createPublicApi(serviceUrls(), await signInAs(inject('stack'), 'operations'), accountId);
  return {
    api,
    decide: (id, decision) =>
      api.call(orderDecisionRoutes.decide, {
        params: { id },
        body: { ...decision, reason: 'Agreed with the provider by telephone' },
      }),
  };
};
