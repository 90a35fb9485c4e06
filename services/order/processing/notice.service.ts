import { isNotice } from '@simlane/contracts/facts';
import { inAccount } from '@simlane/service-kit/postgres';
import { ProblemError } from '@simlane/service-kit/problem';
import type { Db } from '../database.ts';
import { appliedFact, lockWithFacts, result, type StepResult } from './carry-out.service.ts';
import { withCarriedOut } from './fact.ts';
import { insertFact, markCarriedOut } from './fact.repository.ts';
import { carriedOutBecause } from './fact-origin.ts';
import { setOrderDue } from './order-due.ts';

/** The message about a notice is with notification. A repeat changes nothing. */
export const recordNoticeGiven = (
  db: Db,
  { accountId, orderId, factId, messageId }: { accountId: string; orderId: string; factId: string; messageId: string },
): Promise<StepResult> =>
  inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    const fact = appliedFact(facts, factId);
    if (!isNotice(fact.kind)) throw new ProblemError('fact_not_applied', 'The fact is no notice');
    if (fact.carriedOutAt !== null) return result(order);
    await markCarriedOut(tx, accountId, [factId]);
    await insertFact(tx, accountId, orderId, {
      ...carriedOutBecause(factId),
      kind: 'manager_told',
      disposition: 'recorded',
      data: { messageId },
    });
    return result(await setOrderDue(tx, order, withCarriedOut(facts, factId, new Date())));
  });
