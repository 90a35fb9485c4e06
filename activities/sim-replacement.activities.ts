/**
 * The steps of a SIM replacement, over the services' HTTP APIs. Each reads what is owed, lets inventory act, and
 * records on the order that it is done: inventory first, the order's status second. All calls are idempotent, so a
 * step can be repeated from its beginning at any point.
 */
import type { FactRef, SimReplacementActivities, StepOutcome } from '@simlane/contracts/activities';
import type { ProviderWord } from '@simlane/contracts/facts';
import { inventoryInternalRoutes, type SimReplacement } from '@simlane/contracts/http/inventory-internal';
import { notificationInternalRoutes } from '@simlane/contracts/http/notification';
import { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import type { RouteAnswer, RouteBody } from '@simlane/contracts/http/route';
import { TODOS } from '@simlane/contracts/order';
import { ApplicationFailure } from '@temporalio/common';
import { RemoteProblem } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import { managerMessageId, noticeMessageId } from './message-id.ts';
import { ignoreIfToldBefore } from './told-before.ts';

export interface Services {
  readonly inventory: ServiceClient;
  readonly order: ServiceClient;
  readonly notification: ServiceClient;
}

export const createSimReplacementActivities = ({
  inventory,
  order,
  notification,
}: Services): SimReplacementActivities => {
  /**
   * Reads the fact, lets inventory act, checks that it has, and records it. A fact that the order does not have, or
   * that says something else than the step is for, is left alone: whoever signalled it is none of ours.
   */
  const carryOut = async (
    ref: FactRef,
    { words, ends }: { words: readonly ProviderWord[]; ends: readonly SimReplacement['state'][] },
    act: (fact: FactToAct) => Promise<SimReplacement>,
  ): Promise<StepOutcome> => {
    const { accountId, orderId, factId } = ref;
    const params = { orderId, factId };
    const fact = await order.call(orderInternalRoutes.getFact, { accountId, params }).catch(ignoreIfNotApplied);
    if (fact === undefined || !words.some((word) => word === fact.kind)) {
      return NOTHING_DONE;
    }
    // A run that was reset hears old facts again: what inventory did for them may since have been followed by more.
    const done = fact.carriedOut ? NOTHING_NEW : await doIt(ref, ends, () => act(fact));
    const outcome = await order.call(orderInternalRoutes.recordCarriedOut, { accountId, params, body: done });
    return { carriedOut: true, ...outcome };
  };

  return {
    claimOrder: async ({ accountId, orderId }) => {
      const claim = await order.call(orderInternalRoutes.claim, { accountId, params: { orderId } });
      const { orderNumber, status, providerId, submitted, managerTold, todos, waitsUntil, pending } = claim;
      return { orderNumber, status, providerId, submitted, managerTold, todos, waitsUntil, pending };
    },

    submitOrder: async ({ accountId, orderId }) => {
      const submission = await order
        .call(orderInternalRoutes.submit, { accountId, params: { orderId } })
        .catch(laterIfAsked);
      if (submission.outcome !== 'rejected') return submission;
      return submission.fact === null ? { outcome: 'rejected' } : { outcome: 'rejected', fact: submission.fact };
    },

    createTemporaryEsim: (ref) =>
      carryOut(
        ref,
        { words: ['acknowledged'], ends: ['started', 'committed'] },
        ({ factId, occurredAt, signalled, providerReference }) =>
          inventory.call(inventoryInternalRoutes.createTemporaryEsim, {
            accountId: ref.accountId,
            params: { orderId: ref.orderId },
            body: { factId, occurredAt, signalled, providerReference },
          }),
      ),

    replaceSim: (ref) =>
      carryOut(
        ref,
        { words: ['processed'], ends: ['committed'] },
        ({ factId, occurredAt, signalled, providerReference }) =>
          inventory.call(inventoryInternalRoutes.commit, {
            accountId: ref.accountId,
            params: { orderId: ref.orderId },
            body: { factId, occurredAt, signalled, providerReference },
          }),
      ),

    rollBackReplacement: (ref) =>
      carryOut(ref, { words: ['cancelled', 'rejected'], ends: ['rolled_back'] }, ({ factId, occurredAt }) =>
        inventory.call(inventoryInternalRoutes.rollBack, {
          accountId: ref.accountId,
          params: { orderId: ref.orderId },
          body: { factId, occurredAt },
        }),
      ),

    askProvider: async ({ accountId, orderId, factId }) => {
      const request = { accountId, params: { orderId, factId } };
      const outcome = await order.call(orderInternalRoutes.askProvider, request).catch(waitUnlessNotApplied);
      return outcome === undefined ? NOTHING_DONE : { carriedOut: true, ...outcome };
    },

    giveNotice: async ({ accountId, orderId, factId }) => {
      const params = { orderId, factId };
      const fact = await order.call(orderInternalRoutes.getFact, { accountId, params }).catch(ignoreIfNotApplied);
      if (fact === undefined || fact.notice === null) return NOTHING_DONE;
      const messageId = noticeMessageId(factId);
      if (!fact.carriedOut) {
        const { orderNumber, action, msisdn, orderedBy } = await order.call(orderInternalRoutes.claim, {
          accountId,
          params: { orderId },
        });
        const content = { kind: 'order_waiting' as const, orderId, orderNumber, action, msisdn, ...fact.notice };
        await notification
          .call(notificationInternalRoutes.putMessage, {
            accountId,
            params: { messageId },
            body: { content, recipients: [orderedBy] },
          })
          .catch(ignoreIfToldBefore);
      }
      const outcome = await order.call(orderInternalRoutes.recordNoticeGiven, {
        accountId,
        params,
        body: { messageId },
      });
      return { carriedOut: true, ...outcome };
    },

    noticeSilence: async ({ accountId, orderId }) => {
      const outcome = await order.call(orderInternalRoutes.noticeSilence, { accountId, params: { orderId } });
      return { carriedOut: true, ...outcome };
    },

    tellManager: async ({ accountId, orderId }) => {
      const claim = await order.call(orderInternalRoutes.claim, { accountId, params: { orderId } });
      if (claim.status !== 'processed' && claim.status !== 'cancelled') {
        throw new Error(`order ${orderId} is ${claim.status}: there is no end to tell of`);
      }
      const messageId = managerMessageId(orderId);
      const { orderNumber, action, msisdn, status, endReason, orderedBy, todos } = claim;
      const message = {
        accountId,
        params: { messageId },
        body: {
          content: {
            kind: 'order_finished' as const,
            orderId,
            orderNumber,
            action,
            msisdn,
            outcome: status,
            endReason,
            needsAttention: todos.some((code) => TODOS[code].responsible === 'manager'),
          },
          recipients: [orderedBy],
        },
      };
      await notification.call(notificationInternalRoutes.putMessage, message).catch(ignoreIfToldBefore);
      await order.call(orderInternalRoutes.recordManagerTold, { accountId, params: { orderId }, body: { messageId } });
    },
  };
};

const NOTHING_DONE: StepOutcome = { carriedOut: false, status: 'confirmed', todos: [] };

/** The order has recorded the fact's effect before, and does not read this. */
const NOTHING_NEW: CarriedOut = { newSim: null, iccidIssue: null };

type CarriedOut = RouteBody<typeof orderInternalRoutes.recordCarriedOut>;

/** Lets inventory act and checks that it has: nothing is recorded that is not so. */
const doIt = async (
  { orderId }: FactRef,
  expected: readonly SimReplacement['state'][],
  act: () => Promise<SimReplacement>,
): Promise<CarriedOut> => {
  const { state, newSimId, temporaryReference, iccid, enteredIccid, iccidIssue } = await act();
  if (!expected.includes(state)) {
    throw new Error(`inventory says ${state} of order ${orderId} where ${expected.join(' or ')} was to be`);
  }
  const newSim = newSimId === null ? null : { id: newSimId, temporaryReference, iccid, enteredIccid };
  return { newSim, iccidIssue };
};

type FactToAct = RouteAnswer<typeof orderInternalRoutes.getFact>;

/** Somebody who is not one of ours has signalled the workflow: the order decides what it has been told. */
const ignoreIfNotApplied = (error: unknown): undefined => {
  if (error instanceof RemoteProblem && error.code === 'fact_not_applied') return undefined;
  throw error;
};

/** The story goes on meanwhile: a word of the provider, or a decision, is not to wait for the end of that time. */
const laterIfAsked = (error: unknown): { outcome: 'later'; afterSeconds: number } => ({
  outcome: 'later',
  afterSeconds: secondsAskedFor(error),
});

const waitUnlessNotApplied = (error: unknown): undefined =>
  error instanceof RemoteProblem && error.code === 'fact_not_applied' ? undefined : waitAsLongAsAsked(error);

/** What the retry policy waits by itself between two tries, at most. */
const USUAL_WAIT_SECONDS = 30;

/** The time that a provider asks for beyond the usual; whatever else went wrong is thrown on, to be tried again as usual. */
const secondsAskedFor = (error: unknown): number => {
  const seconds = error instanceof RemoteProblem ? error.retryAfterSeconds : undefined;
  if (seconds === undefined || seconds <= USUAL_WAIT_SECONDS) throw error;
  return seconds;
};

/** A provider that asks for more time than we would give it by ourselves gets it. */
const waitAsLongAsAsked = (error: unknown): never => {
  const seconds = secondsAskedFor(error);
  const message = `the provider asks to wait ${seconds} s`;
  throw ApplicationFailure.create({ message, type: 'retry_later', nextRetryDelay: `${seconds} seconds` });
};
