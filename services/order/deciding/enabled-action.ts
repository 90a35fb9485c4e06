import { actorOf, type Caller } from '@simlane/service-kit/authentication';
import type { Inventory } from '../inventory.ts';
import { whyNotMet } from '../ordering/availability.ts';
import type { StoredOrder } from '../ordering/order.ts';

/**
 * Whoever may not run an action on a slot may not decide about it either: the order's action is enabled for the person
 * where the line is now. The other conditions were for the beginning and say nothing about a change in flight.
 *
 * @throws ProblemError `action_not_available` with the condition; `not_found` for a line that the person does not see;
 *   `dependency_unavailable`
 */
export const requireEnabledAction = async (
  inventory: Inventory,
  caller: Caller,
  { lineId, action }: Pick<StoredOrder, 'lineId' | 'action'>,
): Promise<void> => {
  const query = { accountId: caller.accountId, actor: actorOf(caller), lineId, action };
  const { availability } = await inventory.lineForOrder(query);
  const enabled = availability.conditions.filter(({ code }) => code === 'enabled_in_profile');
  const refusal = whyNotMet(action, enabled);
  if (refusal !== undefined) throw refusal;
};
