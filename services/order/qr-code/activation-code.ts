/** Which activation codes inventory is owed, and what is left to do when it has answered. Codes themselves are not in here. */
import type { Todo } from '@simlane/contracts/http/order';
import type { ProblemCode } from '@simlane/contracts/problems';
import { withoutTodo, withTodo } from '../ordering/order.ts';
import { decidedSoFar, type StoredFact } from '../processing/fact.ts';

/** What inventory made of a code; a refusal in words that hold no code. */
export type CodeOutcome =
  | { readonly outcome: 'imported' | 'unchanged' | 'sim_ended' }
  | { readonly outcome: 'refused'; readonly problem: ProblemCode; readonly detail: string };

/**
 * Words whose activation code is to be passed on, in the order of their intake: those that are carried out, which a word
 * without an effect never is. A code that was said before is passed on again only if it was refused then. Nothing of a cancelled order.
 */
export const pendingCodes = (facts: readonly StoredFact[]): StoredFact[] => {
  if (decidedSoFar(facts) === 'cancelled') return [];
  const answered = facts.filter(({ kind }) => kind === 'activation_code_passed_on');
  const causes = new Set(answered.map(({ causeId }) => causeId));
  const taken = new Set(answered.filter(({ data }) => data.outcome !== 'refused').map(({ causeId }) => causeId));
  const known = new Set(facts.filter(({ id }) => taken.has(id)).map((fact) => fact.activationCodeFingerprint));
  return facts.filter(
    ({ id, carriedOutAt, activationCodeFingerprint: fingerprint }) =>
      carriedOutAt !== null && fingerprint !== null && !causes.has(id) && !known.has(fingerprint),
  );
};

/** A code that was taken leaves nothing to be asked for; neither does an eSIM that has ended. */
export const todosAfterCode = (todos: readonly Todo[], answer: CodeOutcome, causeId: string, now: Date): Todo[] => {
  if (answer.outcome !== 'refused') return withoutTodo(todos, 'qr_code_refused', 'qr_request_impossible');
  const detail = `The activation code that the provider sent could not be taken: ${answer.detail}`;
  return withTodo(todos, { code: 'qr_code_refused', detail, causeId, data: { problem: answer.problem } }, now);
};
