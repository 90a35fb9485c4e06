/**
 * SIMs compared with what their providers report, over the services' HTTP APIs: inventory says which are next, order asks
 * the provider, inventory makes proposals of what differs. A step can be repeated from its beginning at any point.
 */
import type { ServiceReconciliationActivities } from '@simlane/contracts/activities';
import { type ReportedServices, serviceCallRoutes } from '@simlane/contracts/http/service-calls';
import {
  type ReconciliationPlace,
  type ReconciliationPortion,
  serviceReconciliationInternalRoutes,
} from '@simlane/contracts/http/service-reconciliation-internal';
import { RemoteProblem, RETRY_AFTER_SECONDS } from '@simlane/service-kit/problem';
import type { ServiceClient } from '@simlane/service-kit/service-client';

type AskedSim = ReconciliationPortion['sims'][number];

/** What came of asking about one SIM. */
type Answer = { readonly said: ReportedServices } | Failure;

/** The provider has said nothing that can be read, or asks for time. */
interface Failure {
  readonly said: null;
  readonly retryAfterMs: number;
  /** There is no connection to it. */
  readonly isUnreachable: boolean;
}

/** Orders and changes of the same provider are to get through beside it. */
const ASKED_AT_ONCE = 4;
/** With the waits between them half an hour, or what the provider asks for: then its SIMs are compared tomorrow. */
const MOST_TRIES = 6;
const FIRST_WAIT_MS = 60_000;
/** What order says of a provider that has not said itself when to come again. */
const UNASKED_FOR_MS = RETRY_AFTER_SECONDS * 1000;
/** After every SIM of a provider. */
const LAST_SIM = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export const createServiceReconciliationActivities = ({
  inventory,
  order,
}: {
  readonly inventory: ServiceClient;
  readonly order: ServiceClient;
}): ServiceReconciliationActivities => ({
  compareServices: async ({ accountId, reconciliationId, tries }) => {
    const params = { reconciliationId };
    const { portion } = await inventory.call(serviceReconciliationInternalRoutes.takePortion, { accountId, params });
    if (portion === null) return null;
    const { after, sims, providerId } = portion;
    const ask = async ({ iccid }: AskedSim): Promise<Answer> => {
      try {
        const query = { providerId, iccid };
        return { said: await order.call(serviceCallRoutes.readReported, { accountId, query }) };
      } catch (error) {
        return unanswered(error);
      }
    };
    // The second time all are asked: whether the provider is silent or a SIM is odd is told by the others.
    const answers = await askInTurn(sims, { ask, stopsAtFailure: tries === 0 });
    const { upTo, passed, unread, laterMs } = outcomeOf(portion, answers, tries);
    // What was said of those behind the place is asked for again.
    const reported = sims.slice(0, passed).flatMap((sim, index) => {
      const said = answers[index]?.said;
      return said == null ? [] : [{ ...sim, options: said.options, ratePlan: said.ratePlan }];
    });
    const body = { after, upTo, sims: reported, unread };
    await inventory.call(serviceReconciliationInternalRoutes.recordReported, { accountId, params, body });
    return { hasMoved: upTo !== null, laterMs };
  },
});

/** Only what order says of the provider: that order itself is away is no silence of the provider. */
const unanswered = (error: unknown): Failure => {
  if (!(error instanceof RemoteProblem)) throw error;
  if (error.code !== 'dependency_unavailable' && error.code !== 'not_found') throw error;
  const retryAfterMs = (error.retryAfterSeconds ?? 0) * 1000;
  return { said: null, retryAfterMs, isUnreachable: error.code === 'not_found' };
};

/**
 * One first: a provider that asks for time is not asked about the others as well. The answers of those that were not
 * asked are missing.
 */
const askInTurn = async (
  sims: readonly AskedSim[],
  { ask, stopsAtFailure }: { ask: (sim: AskedSim) => Promise<Answer>; stopsAtFailure: boolean },
): Promise<readonly (Answer | undefined)[]> => {
  const answers: (Answer | undefined)[] = Array.from(sims, () => undefined);
  const turn = { next: 0, isOver: false };
  const askNext = async (sim: AskedSim, endsIt: boolean): Promise<void> => {
    const index = turn.next;
    turn.next += 1;
    const answer = await ask(sim);
    answers[index] = answer;
    turn.isOver ||= answer.said === null && (endsIt || answer.retryAfterMs > UNASKED_FOR_MS);
  };
  const takeTurns = async (): Promise<void> => {
    for (let sim = sims[turn.next]; sim !== undefined && !turn.isOver; sim = sims[turn.next]) {
      await askNext(sim, stopsAtFailure);
    }
  };
  // One that is odd by itself shows by the others being answered.
  if (sims[0] !== undefined) await askNext(sims[0], false);
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, takeTurns));
  return answers;
};

interface Outcome {
  /** Null: the place stays, and is tried again. */
  readonly upTo: ReconciliationPlace | null;
  /** How many of the SIMs that is. */
  readonly passed: number;
  readonly unread: number;
  readonly laterMs: number | null;
}

/**
 * Where to go on, and when. The place moves up to the first SIM without an answer. A SIM of which nothing can be read
 * while others are answered is passed by, and so is a provider that goes on saying nothing.
 */
const outcomeOf = (
  { providerId, sims, upTo }: ReconciliationPortion,
  answers: readonly (Answer | undefined)[],
  tries: number,
): Outcome => {
  const all = { upTo, passed: sims.length, unread: 0, laterMs: null };
  const isRead = (answer: Answer | undefined): boolean => answer !== undefined && answer.said !== null;
  const failures = answers.filter((answer) => answer !== undefined && answer.said === null);
  if (failures.length === 0) return all;
  const retryAfterMs = Math.max(...failures.map((failure) => failure.retryAfterMs));
  if (!answers.some(isRead)) {
    const isOver = tries + 1 >= MOST_TRIES || failures.some(({ isUnreachable }) => isUnreachable);
    return isOver
      ? { ...all, upTo: { providerId, simId: LAST_SIM }, unread: sims.length }
      : { upTo: null, passed: 0, unread: 0, laterMs: Math.max(retryAfterMs, FIRST_WAIT_MS * 2 ** tries) };
  }
  const unread = isRead(answers[0]) ? 0 : 1;
  const passed = answers.findIndex((answer, index) => index >= unread && !isRead(answer));
  const last = sims[passed - 1];
  if (last === undefined) return { ...all, unread };
  return { upTo: { providerId, simId: last.simId }, passed, unread, laterMs: retryAfterMs };
};
