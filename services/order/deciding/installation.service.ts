import { isFinished } from '@simlane/contracts/order';
import type { Caller } from '@simlane/service-kit/authentication';
import { inAccount } from '@simlane/service-kit/postgres';
import { cutoverOf, type StoredOrder } from '../ordering/order.ts';
import { lockWithFacts, readWithFacts } from '../processing/carry-out.service.ts';
import { decidedSoFar } from '../processing/fact.ts';
import { originOf } from '../processing/fact-origin.ts';
import { takeInWord } from '../processing/intake.ts';
import type { DecidingDependencies } from './cancellation.service.ts';
import { decidedWord } from './decided-word.ts';
import { notAllowed } from './decision.ts';
import { requireEnabledAction } from './enabled-action.ts';

/**
 * A manager confirms that the eSIM is installed, where that is the cut-over: it counts as the provider's word that the
 * new SIM serves the line. A repeat gets the order as it is.
 *
 * @throws ProblemError `order_state` where the provider's own word is the cut-over, before the provider has begun, and
 *   after a cancellation; `action_not_available` for somebody who could not have ordered it
 */
export const confirmInstallation = async (
  { db, inventory, kick }: DecidingDependencies,
  caller: Caller,
  orderId: string,
): Promise<StoredOrder> => {
  const { order: seen } = await readWithFacts(db, caller.accountId, orderId);
  if (!isFinished(seen.status)) await requireEnabledAction(inventory, caller, seen);
  const order = await inAccount(db, caller.accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, caller.accountId, orderId);
    const decided = decidedSoFar(facts);
    if (cutoverOf(order) !== 'installed') {
      throw notAllowed(
        order,
        'its provider says itself when the eSIM serves the line, and no installation is waited for',
        [],
      );
    }
    if (decided === 'processed') return order;
    if (decided !== 'acknowledged') throw notAllowed(order, 'there is no eSIM that could be installed', []);
    const word = decidedWord('processed', originOf(caller), null, { said: 'installed' });
    return (await takeInWord(tx, order, facts, word)).order;
  });
  kick();
  return order;
};
