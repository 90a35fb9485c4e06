/** Many calls sent together, for a few seconds: what takes longer than an instant is left to the workflow of each SIM. */
import type { ServiceCall, ServiceCallBody } from '@simlane/contracts/http/service-calls';
import { inAccount } from '@simlane/service-kit/postgres';
import { ProblemError } from '@simlane/service-kit/problem';
import type { ProviderAddress } from '../provider/provider-client.ts';
import { sendCall, type ServiceCallDependencies, storeCalls } from './service-call.service.ts';
import { shownCall, type StoredServiceCall } from './service-call.ts';

/** Of one provider: orders and changes of single SIMs are to get through beside it. */
const SENT_AT_ONCE = 6;
/** No further call is begun then. Each may take a provider 15 s, twice where it is asked first; whoever waits has 40 s. */
const SENT_FOR_MS = 5_000;

/**
 * Stores all of the calls, then sends each as one alone is sent, and resolves to where each stands. A provider that
 * does not answer as agreed, or asks for time, gets none of the rest. Left out is a call of whose id another change was
 * made; what is not sent, or of which the outcome is unknown, is `sending`.
 */
export const putManyServiceCalls = async (
  dependencies: ServiceCallDependencies,
  accountId: string,
  calls: readonly (ServiceCallBody & { readonly changeId: string })[],
): Promise<ServiceCall[]> => {
  const addresses = await addressesOf(dependencies, accountId, new Set(calls.map(({ providerId }) => providerId)));
  const reachable = calls.filter(({ providerId }) => addresses.has(providerId));
  const kept = await inAccount(dependencies.db, accountId, (tx) => storeCalls(tx, accountId, reachable));
  const known = new Map(kept.map(({ call }) => [call.changeId, call]));
  const until = performance.now() + SENT_FOR_MS;
  await Promise.all(
    [...addresses].map(async ([providerId, address]) => {
      const theirs = kept.filter(({ call }) => call.providerId === providerId);
      await inTurns(theirs, until, async (one) => {
        const sent = await answerOrNothing(sendCall(dependencies, address, one));
        if (sent !== null) known.set(sent.changeId, sent);
        return sent !== null;
      });
    }),
  );
  return [...known.values()].map(shownCall);
};

/** A provider without a connection is none that can be sent to. */
const addressesOf = async (
  { connections }: ServiceCallDependencies,
  accountId: string,
  providerIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ProviderAddress>> => {
  const addresses = new Map<string, ProviderAddress>();
  for (const providerId of providerIds) {
    try {
      addresses.set(providerId, await connections.addressOf(accountId, providerId));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
    }
  }
  return addresses;
};

const answerOrNothing = async (sending: Promise<StoredServiceCall>): Promise<StoredServiceCall | null> => {
  try {
    return await sending;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'dependency_unavailable') return null;
    throw error;
  }
};

/** Some at once, until one of them fails or the time is over. */
const inTurns = async <T>(items: readonly T[], until: number, send: (item: T) => Promise<boolean>): Promise<void> => {
  const turn = { next: 0, isOver: false };
  const takeTurns = async (): Promise<void> => {
    for (let item = items[turn.next]; item !== undefined && !turn.isOver; item = items[turn.next]) {
      turn.next += 1;
      const isAnswered = await send(item);
      turn.isOver ||= !isAnswered || performance.now() > until;
    }
  };
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, takeTurns));
};
