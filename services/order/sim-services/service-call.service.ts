/** Sends a change of a SIM's services to its provider, once, and keeps the answers, however they come. */
import { serviceCallKey } from '@simlane/contracts/http/provider-services';
import type { ReportedServices, ServiceCall, ServiceCallBody } from '@simlane/contracts/http/service-calls';
import { bodyHash as hashOfBody } from '@simlane/service-kit/body-hash';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError, RETRY_AFTER_SECONDS, UnavailableError } from '@simlane/service-kit/problem';
import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { KEY_LIFETIME_MS } from '../processing/submission.ts';
import type { ProviderAddress } from '../provider/provider-client.ts';
import type { ConnectionKeeper } from '../provider/provider-connection.service.ts';
import type { ChangeAnswer, ProviderServices } from './provider-services.ts';
import { setServiceCallDue, setTakenCallsDue } from './service-call-due.ts';
import {
  findServiceCall,
  findServiceCalls,
  insertServiceCalls,
  lockServiceCall,
  lockServiceCalls,
  setTakenVersions,
  updateServiceCall,
} from './service-call.repository.ts';
import {
  answersReported,
  changeSent,
  isOpen,
  judgeAnswers,
  planOutcome,
  refusedAsAWhole,
  type ServiceAnswer,
  shownCall,
  stateOf,
  type StoredServiceCall,
} from './service-call.ts';

export interface ServiceCallDependencies {
  readonly db: Db;
  readonly connections: ConnectionKeeper;
  readonly services: ProviderServices;
}

/** Which call it is about. */
interface Of {
  readonly accountId: string;
  readonly changeId: string;
}

/** A call as it is stored. */
interface KeptCall {
  readonly call: StoredServiceCall;
  readonly isNew: boolean;
}

/**
 * Stores the call, then sends it under its own key, which the provider takes once. A repeat sends nothing that the
 * provider is known to have. Where that is not known the provider is asked first, and what it reports as it was asked
 * for counts as its answer; the rest is sent again, once the key may be forgotten only if the provider could be asked.
 *
 * @throws ProblemError `idempotency_key_reused` where the change was another one; `not_found` for a provider without a
 *   connection; `dependency_unavailable` where the outcome stays unknown: to be called again
 */
export const putServiceCall = async (
  dependencies: ServiceCallDependencies,
  { accountId, changeId }: Of,
  body: ServiceCallBody,
): Promise<ServiceCall> => {
  const { db, connections } = dependencies;
  const address = await connections.addressOf(accountId, body.providerId);
  const [kept] = await inAccount(db, accountId, (tx) => storeCalls(tx, accountId, [{ ...body, changeId }]));
  if (kept === undefined) {
    throw new ProblemError('idempotency_key_reused', 'Another change was made under this id', {
      fix: 'Use a new id for a new change',
    });
  }
  return shownCall(await sendCall(dependencies, address, kept));
};

/** Stores those that are not there yet, and resolves to all but those of whose id another change was made. */
export const storeCalls = async (
  tx: Tx,
  accountId: string,
  calls: readonly (ServiceCallBody & Pick<Of, 'changeId'>)[],
): Promise<KeptCall[]> => {
  const wanted = calls.map(
    ({ changeId, simId, providerId, iccid, options = {}, ratePlan = null, effectiveOn = null }) => {
      const change = { simId, providerId, iccid, options, ratePlan, effectiveOn };
      return { ...change, changeId, bodyHash: hashOfBody(change) };
    },
  );
  const inserted = await insertServiceCalls(tx, accountId, wanted);
  const isNew = new Set(inserted.map(({ changeId }) => changeId));
  const others = wanted.filter(({ changeId }) => !isNew.has(changeId));
  const hashes = new Map(others.map(({ changeId, bodyHash }) => [changeId, bodyHash]));
  const found = await findServiceCalls(tx, accountId, [...hashes.keys()]);
  return [
    ...inserted.map((call) => ({ call, isNew: true })),
    ...found
      .filter(({ changeId, bodyHash }) => hashes.get(changeId) === bodyHash)
      .map((call) => ({ call, isNew: false })),
  ];
};

/** Sends a call that is stored, or goes on with it. @throws ProblemError `dependency_unavailable` */
export const sendCall = async (
  dependencies: Pick<ServiceCallDependencies, 'db' | 'services'>,
  address: ProviderAddress,
  { call, isNew }: KeptCall,
): Promise<StoredServiceCall> => {
  const { db, services } = dependencies;
  const known = isNew || stateOf(call) !== 'sending' ? call : await askBeforeRepeating(dependencies, address, call);
  if (stateOf(known) !== 'sending') return known;
  const answer = await services.change(
    address,
    call.iccid,
    changeSent(call),
    serviceCallKey(call.simId, call.changeId),
  );
  return record(db, call, answersOf(call, answer), 'answered');
};

const askBeforeRepeating = async (
  { db, services }: Pick<ServiceCallDependencies, 'db' | 'services'>,
  address: ProviderAddress,
  call: StoredServiceCall,
): Promise<StoredServiceCall> => {
  let reported: ReportedServices;
  try {
    reported = await services.report(address, call.iccid);
  } catch (error) {
    // It has answered: it asks for time, and gets it.
    if (!(error instanceof UnavailableError)) throw error;
    if (Date.now() < call.attemptedAt.getTime() + KEY_LIFETIME_MS) return call;
    throw new UnavailableError(
      'The provider',
      'whether it has the change is not known, and it may have forgotten the key',
      error,
    );
  }
  return record(db, call, answersReported(call, reported), 'reported');
};

const answersOf = (call: StoredServiceCall, answer: ChangeAnswer): readonly ServiceAnswer[] => {
  switch (answer.outcome) {
    case 'answered':
      return answer.answers;
    case 'accepted':
      return [];
    case 'refused':
      return refusedAsAWhole(call, answer.detail);
  }
};

const record = (
  db: Db,
  { accountId, changeId }: Of,
  said: readonly ServiceAnswer[],
  how: HowItWasSaid,
): Promise<StoredServiceCall> =>
  inAccount(db, accountId, async (tx) => {
    const call = await lockServiceCall(tx, accountId, changeId);
    if (call === undefined) throw notFound();
    return takeInAnswers(tx, call, said, how);
  });

/** By a signal; in answer to the change itself; in a report of what is in force, which need not know of the change. */
type HowItWasSaid = 'signalled' | 'answered' | 'reported';

/** Takes in what was said about a call whose row is locked. What is new counts, and the workflow is to hear of it. */
export const takeInAnswers = async (
  tx: Tx,
  call: StoredServiceCall,
  said: readonly ServiceAnswer[],
  how: HowItWasSaid,
): Promise<StoredServiceCall> => {
  const { answers, disposition } = judgeAnswers(call, said);
  const isNews = disposition === 'applied';
  // Where everything is in force, there is nothing left to send either.
  const isSent = how !== 'reported' || stateOf({ ...call, answers }) === 'answered';
  if (!isNews && !(isSent && call.sentAt === null)) return call;
  const now = sql<Date>`now()`;
  const after = await updateServiceCall(tx, call, {
    ...(isSent && call.sentAt === null ? { sent_at: now } : {}),
    ...(isNews ? { answers: JSON.stringify(answers), answered_at: now, version: call.version + 1 } : {}),
  });
  if (isNews) await setServiceCallDue(tx, after, { inItsHands: how !== 'signalled' });
  return after;
};

const readCall = async (db: Db, { accountId, changeId }: Of): Promise<StoredServiceCall> => {
  const call = await readInAccount(db, accountId, (tx) => findServiceCall(tx, accountId, changeId));
  if (call === undefined) throw notFound();
  return call;
};

/** Where the call stands. @throws ProblemError `not_found` */
export const readServiceCall = async (db: Db, of: Of): Promise<ServiceCall> => shownCall(await readCall(db, of));

/**
 * Asks the provider where an answer is missing, or a plan scheduled: what is in force as it was asked for counts as
 * applied. Nothing is taken from what is not in force: it may still come.
 *
 * @throws ProblemError `not_found`; `dependency_unavailable` where the provider does not say
 */
export const askAboutServiceCall = async (
  { db, connections, services }: ServiceCallDependencies,
  of: Of,
): Promise<ServiceCall> => {
  const call = await readCall(db, of);
  if (!isOpen(call)) return shownCall(call);
  const address = await connections.addressOf(of.accountId, call.providerId);
  const reported = await services.report(address, call.iccid);
  return shownCall(await record(db, call, answersReported(call, reported), 'reported'));
};

/**
 * Cancels the plan that the call has scheduled at the provider. A repeat changes nothing.
 *
 * @throws ProblemError `not_found`; `cancellation_refused` where the provider refuses or there is nothing left to cancel;
 *   `outcome_unknown` while it is not known whether the provider has the plan; `dependency_unavailable`
 */
export const cancelSchedule = async (
  { db, connections, services }: ServiceCallDependencies,
  of: Of,
): Promise<ServiceCall> => {
  const call = await readCall(db, of);
  const outcome = planOutcome(call);
  if (outcome === 'cancelled') return shownCall(call);
  if (call.effectiveOn === null) throw refused('The change schedules no rate plan');
  if (outcome === undefined && call.sentAt === null) {
    throw notKnown('Whether the provider has the change is not known yet', 'Send the call again first');
  }
  if (outcome !== undefined && outcome !== 'scheduled') throw refused(`The rate plan is ${outcome} already`);
  const address = await connections.addressOf(of.accountId, call.providerId);
  const answer = await services.cancelScheduled(address, call.iccid, call.changeId);
  if (answer.outcome === 'refused') throw refused(answer.detail ?? 'The provider refuses without a word');
  if (answer.outcome === 'unknown_change') {
    // What was scheduled is in force by now, or never will be; what was only taken may still be scheduled.
    const reported = answersReported(call, await services.report(address, call.iccid));
    const learnt = await record(db, call, reported, 'reported');
    if (reported.some(({ outcome }) => outcome === 'scheduled')) {
      throw new UnavailableError('The provider', 'it does not know a change by which it has scheduled a plan');
    }
    if (planOutcome(learnt) === undefined) throw notKnown('The provider has not answered yet', 'Wait for its answer');
  }
  const after = await record(db, call, [cancelled(call)], 'answered');
  const standing = planOutcome(after);
  if (standing !== 'cancelled') throw refused(`The rate plan is ${standing} already`);
  return shownCall(after);
};

const cancelled = ({ ratePlan }: StoredServiceCall): ServiceAnswer => ({
  of: 'rate_plan',
  name: String(ratePlan),
  outcome: 'cancelled',
  reason: null,
});

const notKnown = (detail: string, fix: string): ProblemError =>
  new ProblemError('outcome_unknown', detail, { fix, retryAfterSeconds: RETRY_AFTER_SECONDS });

const refused = (detail: string): ProblemError => new ProblemError('cancellation_refused', detail);

/** Up to which of its versions the answers to a call were taken. */
export interface TakenCall {
  readonly changeId: string;
  readonly version: number;
}

/** The workflow has taken the answers up to this version; of newer ones it is to hear again. A repeat changes nothing. */
export const recordTaken = async (
  dependencies: Pick<ServiceCallDependencies, 'db'>,
  accountId: string,
  taken: TakenCall,
): Promise<ServiceCall> => {
  const [call] = await recordManyTaken(dependencies, accountId, [taken]);
  if (call === undefined) throw notFound();
  return call;
};

/** The same for many calls, in one go; those that are not there are left out. */
export const recordManyTaken = (
  { db }: Pick<ServiceCallDependencies, 'db'>,
  accountId: string,
  taken: readonly TakenCall[],
): Promise<ServiceCall[]> =>
  inAccount(db, accountId, async (tx) => {
    const versions = new Map(taken.map(({ changeId, version }) => [changeId, version]));
    const calls = await lockServiceCalls(tx, accountId, [...versions.keys()]);
    const moved = calls.flatMap((call) => {
      // After a restore the workflow can know of answers that are lost here: those to come are not taken with them.
      const takenVersion = Math.min(versions.get(call.changeId) ?? 0, call.version);
      return takenVersion > call.takenVersion ? [{ ...call, takenVersion }] : [];
    });
    await setTakenVersions(tx, accountId, moved);
    await setTakenCallsDue(tx, moved);
    return calls.map(shownCall);
  });

/** What the provider reports of a SIM now. @throws ProblemError `not_found` for a provider without a connection; `dependency_unavailable` */
export const readReported = async (
  { connections, services }: Pick<ServiceCallDependencies, 'connections' | 'services'>,
  { accountId, providerId, iccid }: { accountId: string; providerId: string; iccid: string },
): Promise<ReportedServices> => services.report(await connections.addressOf(accountId, providerId), iccid);
