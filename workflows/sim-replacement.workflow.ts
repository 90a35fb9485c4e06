/**
 * One SIM switch or eSIM replacement, from the confirmed order to its end.
 *
 *     claim → submit → wait for the provider's word → temporary eSIM → wait again → replace, or roll back → tell the manager
 *
 * The order service has judged each word before this workflow hears of it; here the applied ones are carried out, in
 * their order. A run can be started again from nothing at any point: what the claim shows as done is skipped.
 */
import type { FactRef, SimReplacementActivities, StepOutcome } from '@simlane/contracts/activities';
import { isFinished, type OrderStatus } from '@simlane/contracts/order';
import {
  FACT_APPLIED_SIGNAL,
  type FactApplied,
  PROGRESS_QUERY,
  type SimReplacementInput,
  type SimReplacementProgress,
  type SimReplacementResult,
} from '@simlane/contracts/sim-replacement';
import { condition, defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import { STEP } from './activity-options.ts';
import { FactInbox } from './fact-inbox.ts';
import { showPhase, showWaiting } from './shown-to-operations.ts';

const step = (summary: string): SimReplacementActivities =>
  proxyActivities<SimReplacementActivities>({ ...STEP, summary });

const factApplied = defineSignal<[FactApplied]>(FACT_APPLIED_SIGNAL);
const progress = defineQuery<SimReplacementProgress>(PROGRESS_QUERY);

export async function simReplacement(order: SimReplacementInput): Promise<SimReplacementResult> {
  const inbox = new FactInbox();
  const state: { phase: OrderStatus; submitted: boolean } = { phase: 'confirmed', submitted: false };
  setHandler(factApplied, (fact) => inbox.add(fact), {
    description: 'An applied fact of the order is there to be carried out; what it says is read from the order',
  });
  setHandler(progress, () => ({ ...state, waiting: inbox.waiting }), {
    description: 'The phase, whether the order was submitted, and the facts not carried out yet',
  });

  const claim = await step('Read where the order stands').claimOrder(order);
  const shown = { phase: claim.status, needsAttention: claim.todos.length > 0 };
  state.phase = claim.status;
  state.submitted = claim.submitted;
  inbox.addFirst(claim.pending);
  if (claim.status === 'draft' || claim.status === 'confirming') return 'not_confirmed';

  if (claim.status === 'confirmed' && !claim.submitted) {
    showWaiting(`${claim.orderNumber}: being submitted to the provider`);
    const submission = await step('Submit the order to the provider').submitOrder(order);
    state.submitted = submission.outcome === 'accepted';
    if (submission.outcome === 'rejected' && submission.fact) inbox.add(submission.fact);
  }

  while (!isFinished(state.phase)) {
    showWaiting(`${claim.orderNumber}: ${state.phase}, waiting for the provider's word`);
    await condition(() => !inbox.isEmpty);
    const fact = inbox.take();
    const outcome = fact && (await carryOut({ ...order, factId: fact.factId }, fact.kind));
    if (!outcome?.carriedOut) continue;
    state.phase = outcome.status;
    showPhase(shown, outcome);
  }

  if (!claim.managerTold && claim.status !== 'expired') {
    showWaiting(`${claim.orderNumber}: ${state.phase}, telling the manager`);
    await step('Tell the manager how it ended').tellManager(order);
  }
  showWaiting(`${claim.orderNumber}: ${state.phase}`);
  return state.phase;
}

const carryOut = async (fact: FactRef, kind: FactApplied['kind']): Promise<StepOutcome | undefined> => {
  switch (kind) {
    case 'acknowledged':
      return step('Create the temporary eSIM').createTemporaryEsim(fact);
    case 'processed':
      return step('Put the eSIM on the line and discard the old SIM').replaceSim(fact);
    case 'cancelled':
    case 'rejected':
      return step('Roll back: the old SIM stays').rollBackReplacement(fact);
    case 'confirmed':
      return undefined;
  }
};
