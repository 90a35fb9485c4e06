import type { IccidIssue } from '@simlane/contracts/http/inventory-internal';
import type { Todo } from '@simlane/contracts/http/order';
import { withoutTodo, withTodo } from './order.ts';

/** The order's to-dos once inventory has said how it stands with the ICCID of the new eSIM. */
export const iccidTodos = (
  todos: readonly Todo[],
  issue: IccidIssue | null,
  causeId: string | null,
  now: Date,
): Todo[] => {
  if (issue === null) return withoutTodo(todos, 'iccid_missing', 'iccid_differs');
  if (issue.code === 'iccid_differs') {
    const { signalled, current } = issue;
    const detail = `The provider names the ICCID ${signalled}; the eSIM has ${current}. Correct it with a reason, or leave it.`;
    return withTodo(todos, { code: 'iccid_differs', detail, causeId, data: { signalled, current } }, now);
  }
  const { reason, otherSimId } = issue;
  return withTodo(
    todos,
    { code: 'iccid_missing', detail: WHY_MISSING[reason], causeId, data: { reason, otherSimId } },
    now,
  );
};

const WHY_MISSING = {
  none_given: 'The eSIM serves the line, but nobody has said its ICCID. Enter it.',
  malformed: 'The eSIM serves the line, but the ICCID that was given is not one. Enter it.',
  in_use: 'The eSIM serves the line, but another SIM in use has the ICCID that was given. Enter the right one.',
} as const;
