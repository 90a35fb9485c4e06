import type { DecisionBody } from '@simlane/contracts/http/order-decisions';
import { readIccid } from '@simlane/contracts/iccid';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { invalidRequest, ProblemError } from '@simlane/service-kit/problem';
import type { Tx } from '../database.ts';
import { type StoredOrder, withoutTodo } from '../ordering/order.ts';
import { findOrder, updateOrder } from '../ordering/order.repository.ts';
import { lockWithFacts, type OrderWithFacts } from '../processing/carry-out.service.ts';
import type { StoredFact } from '../processing/fact.ts';
import { findFactOfDecision, insertFact, type NewFact } from '../processing/fact.repository.ts';
import { originOf } from '../processing/fact-origin.ts';
import { takeInWord } from '../processing/intake.ts';
import { setOrderDue } from '../processing/order-due.ts';
import { type AdoptionDependencies, prepareAdoption } from './adoption.service.ts';
import { decidedWord } from './decided-word.ts';
import type { Deciding } from './deciding.ts';
import { notAllowed, possibleDecisions } from './decision.ts';
import { resolveConflict } from './conflict.ts';

/**
 * Carries out a decision of operations: a fact of the order like the others, in one transaction. A repeat under the same
 * key gets the order as it is now.
 *
 * @throws ProblemError `order_state` with what is possible; `idempotency_key_reused`; `iccid_invalid`;
 *   `dependency_unavailable` where an adoption needs inventory and it does not answer
 */
export const decide = async (
  dependencies: AdoptionDependencies & { readonly kick: () => void },
  caller: Caller,
  orderId: string,
  body: DecisionBody,
  key: string,
): Promise<StoredOrder> => {
  const { db, kick } = dependencies;
  const { accountId } = caller;
  const identity = { caller: caller.sub, key, bodyHash: bodyHash({ orderId, ...body }) };
  const deciding: Deciding = { caller, reason: body.reason, identity };
  const repeated = await readInAccount(db, accountId, (tx) => ofSameDecision(tx, accountId, identity));
  if (repeated !== undefined) return repeated;
  const adoption = await prepareAdoption(dependencies, caller, orderId, body);
  const order = await inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    const before = await ofSameDecision(tx, accountId, identity);
    if (before !== undefined) return before;
    const possible = possibleDecisions(order, facts);
    if (!possible.includes(body.decision)) throw notAllowed(order, `it does not allow ${body.decision}`, possible);
    return body.decision === 'resolve_conflict'
      ? resolveConflict(tx, { order, facts }, deciding, body, adoption)
      : apply(tx, { order, facts }, deciding, body);
  });
  kick();
  return order;
};

const ofSameDecision = async (
  tx: Tx,
  accountId: string,
  identity: Deciding['identity'],
): Promise<StoredOrder | undefined> => {
  const fact = await findFactOfDecision(tx, accountId, identity);
  if (fact === undefined) return undefined;
  if (fact.bodyHash === identity.bodyHash) return findOrder(tx, accountId, fact.orderId);
  throw new ProblemError('idempotency_key_reused', 'The Idempotency-Key was used with another decision', {
    fix: 'Use a new key for a new decision',
  });
};

const apply = async (
  tx: Tx,
  { order, facts }: OrderWithFacts,
  { caller, reason, identity }: Deciding,
  body: Exclude<DecisionBody, { decision: 'resolve_conflict' }>,
): Promise<StoredOrder> => {
  const origin = originOf(caller);
  const note = (fact: Pick<NewFact, 'kind' | 'disposition' | 'data'>): Promise<StoredFact> =>
    insertFact(tx, order.accountId, order.id, { ...origin, reason, decision: identity, ...fact });
  switch (body.decision) {
    case 'remind': {
      const request = await note({ kind: 'reminder_requested', disposition: 'applied' });
      return setOrderDue(tx, order, [...facts, request]);
    }
    case 'extend': {
      const until = new Date(body.until);
      const before = order.waitsUntil ?? new Date();
      if (until.getTime() > Date.now() + LONGEST_EXTENSION_MS) {
        throw invalidRequest([{ pointer: '/until', detail: 'Lies more than a year ahead' }]);
      }
      if (until <= before || until <= new Date()) {
        const detail = `Lies before ${before.toISOString()}, until when the provider has time anyway, or in the past`;
        throw invalidRequest([{ pointer: '/until', detail }]);
      }
      const extension = await note({ kind: 'deadline_extended', disposition: 'recorded', data: { until: body.until } });
      const todos = withoutTodo(order.todos, 'provider_silent', 'installation_missing');
      const after = await updateOrder(tx, order, {
        waits_until: until,
        silence_step: 0,
        todos: JSON.stringify(todos),
      });
      return setOrderDue(tx, after, [...facts, extension]);
    }
    case 'resubmit': {
      const release = await note({ kind: 'submission_released', disposition: 'recorded' });
      return setOrderDue(tx, order, [...facts, release]);
    }
    case 'mark_processed': {
      const iccid = body.iccid === undefined ? undefined : readable(body.iccid);
      const data = iccid === undefined ? {} : { iccid };
      const word = { ...decidedWord('processed', origin, reason, data), decision: identity };
      return (await takeInWord(tx, order, facts, word)).order;
    }
    case 'cancel': {
      const word = { ...decidedWord('cancelled', origin, reason), decision: identity };
      const cancelled = await takeInWord(tx, order, facts, word);
      if (order.submissionAttemptedAt === null) return cancelled.order;
      // What is cancelled here is to be cancelled there; by then the provider may have it, whatever it answered.
      const request = await insertFact(tx, order.accountId, order.id, {
        ...origin,
        causeId: cancelled.fact.id,
        kind: 'cancellation_requested',
        disposition: 'applied',
        reason,
      });
      return setOrderDue(tx, cancelled.order, [...facts, cancelled.fact, request]);
    }
  }
};

/** Longer than any provider needs, and short enough that an order is not put out of sight. */
const LONGEST_EXTENSION_MS = 365 * 24 * 60 * 60 * 1000;

const readable = (text: string): string => {
  const reading = readIccid(text);
  if (reading.ok) return reading.iccid;
  throw new ProblemError('iccid_invalid', `The ICCID is not one: ${reading.problem}`, {
    fix: 'An ICCID has 19 or 20 digits and begins with 89',
    errors: [{ pointer: '/iccid', detail: reading.problem }],
  });
};
