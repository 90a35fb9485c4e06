/**
 * One SIM switch or eSIM replacement, from the confirmed order to its end.
 *
 *     claim → submit → wait for the provider's word (or silence) → temporary eSIM → wait again → replace, or roll back → tell the manager
 *
 * The order service has judged each word before this workflow hears of it; here the applied ones are carried out, in
 * their order. A run can be started again from nothing at any point: what the claim shows as done is skipped.
 */
import type { FactRef, SimReplacementActivities, StepOutcome, SubmissionOutcome } from '@simlane/contracts/activities';
import { type ActionableFact, isProviderWord, type ProviderWord } from '@simlane/contracts/facts';
import { isFinished, type OrderStatus, type TodoCode } from '@simlane/contracts/order';
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
import { Asides } from './asides.ts';
import { FactInbox } from './fact-inbox.ts';
import { showPhase, showWaiting } from './shown-to-operations.ts';

const step = (summary: string): SimReplacementActivities =>
  proxyActivities<SimReplacementActivities>({ ...STEP, summary });

const factApplied = defineSignal<[FactApplied]>(FACT_APPLIED_SIGNAL);
const progress = defineQuery<SimReplacementProgress>(PROGRESS_QUERY);

interface State {
  phase: OrderStatus;
  submitted: boolean;
  waitsUntil: string | null;
  todos: readonly TodoCode[];
}

const leftToDo = ({ todos }: State): string => (todos.length === 0 ? '' : `; to do: ${todos.join(', ')}`);

export async function simReplacement(order: SimReplacementInput): Promise<SimReplacementResult> {
  const inbox = new FactInbox();
  const asides = new Asides();
  const state: State = { phase: 'confirmed', submitted: false, waitsUntil: null, todos: [] };
  setHandler(factApplied, (fact) => inbox.add(fact), {
    description: 'An applied fact of the order is there to be carried out; what it says is read from the order',
  });
  setHandler(progress, () => ({ ...state, waiting: inbox.waiting }), {
    description: 'The phase, whether the order was submitted, until when is waited, and the facts not carried out yet',
  });

  const claim = await step('Read where the order stands').claimOrder(order);
  const shown = { phase: claim.status, needsAttention: claim.todos.length > 0 };
  state.phase = claim.status;
  state.submitted = claim.submitted;
  state.waitsUntil = claim.waitsUntil ?? null;
  state.todos = claim.todos;
  inbox.addFirst(claim.pending);
  if (claim.status === 'draft' || claim.status === 'confirming') return 'not_confirmed';

  const noteTodos = ({ carriedOut, todos }: StepOutcome): void => {
    if (!carriedOut) return;
    state.todos = todos;
    showPhase(shown, { status: state.phase, todos });
  };
  const note = (outcome: StepOutcome): void => {
    state.waitsUntil = outcome.waitsUntil ?? null;
    state.phase = outcome.status;
    state.todos = outcome.todos;
    showPhase(shown, outcome);
  };

  if (claim.status === 'confirmed' && !claim.submitted) {
    showWaiting(`${claim.orderNumber}: being submitted to the provider`);
    const submission = await submit(order, inbox);
    state.submitted = submission.outcome === 'accepted';
    state.waitsUntil = submission.waitsUntil ?? null;
    if (submission.outcome === 'rejected' && submission.fact) inbox.add(submission.fact);
  }

  let managerTold = claim.managerTold || claim.status === 'expired';
  for (;;) {
    const fact = inbox.take();
    if (fact !== undefined && isProviderWord(fact.kind)) {
      const outcome = await carryOut({ ...order, factId: fact.factId }, fact.kind);
      if (outcome.carriedOut) note(outcome);
    } else if (fact !== undefined) {
      asides.begin(talk({ ...order, factId: fact.factId }, fact.kind), noteTodos);
    } else if (isFinished(state.phase) && !managerTold) {
      showWaiting(`${claim.orderNumber}: ${state.phase}, telling the manager`);
      await step('Tell the manager how it ended').tellManager(order);
      managerTold = true;
    } else if (isFinished(state.phase) && asides.areDone) {
      showWaiting(`${claim.orderNumber}: ${state.phase}${leftToDo(state)}`);
      return state.phase;
    } else {
      showWaiting(`${claim.orderNumber}: ${state.phase}, waiting for the provider's word${leftToDo(state)}`);
      const isSilent = await silence(state, () => !inbox.isEmpty || (isFinished(state.phase) && asides.areDone));
      if (!isSilent) continue;
      // Asking and reminding can take half a minute, in which a word must not wait.
      state.waitsUntil = null;
      asides.begin(step('The provider is silent: ask, remind, leave a to-do').noticeSilence(order), (outcome) => {
        for (const pending of outcome.pending) inbox.add(pending);
        if (outcome.status !== state.phase) return;
        state.waitsUntil = outcome.waitsUntil ?? null;
        noteTodos(outcome);
      });
    }
  }
}

/**
 * Submits the order. Where the provider asks for time, it is given it, but every fact that comes meanwhile is a reason to
 * look again: a word of the provider, or somebody's decision, settles the submission.
 */
const submit = async (order: SimReplacementInput, inbox: FactInbox): Promise<Submitted> => {
  for (;;) {
    const heard = inbox.waiting.length;
    const submission = await step('Submit the order to the provider').submitOrder(order);
    if (submission.outcome !== 'later') return submission;
    await condition(() => inbox.waiting.length > heard, submission.afterSeconds * MS_IN_SECOND, {
      summary: 'The provider has asked for this time',
    });
  }
};

type Submitted = Exclude<SubmissionOutcome, { outcome: 'later' }>;
const MS_IN_SECOND = 1000;

/** Waits until something is to be done. @returns true if the deadline passes before */
const silence = async (state: State, isSomethingToDo: () => boolean): Promise<boolean> => {
  const { waitsUntil, phase } = state;
  if (waitsUntil === null || isFinished(phase)) {
    await condition(() => isSomethingToDo() || (state.waitsUntil !== null && !isFinished(phase)));
    return false;
  }
  const milliseconds = Math.max(SHORTEST_WAIT_MS, Date.parse(waitsUntil) - Date.now());
  return !(await condition(isSomethingToDo, milliseconds, { summary: `Silence is noticed at ${waitsUntil}` }));
};

/** The clocks of services differ: a deadline that has just passed here may lie ahead there, and is not asked about in a rush. */
const SHORTEST_WAIT_MS = 100;

const carryOut = (fact: FactRef, word: ProviderWord): Promise<StepOutcome> => {
  switch (word) {
    case 'acknowledged':
      return step('Create the temporary eSIM').createTemporaryEsim(fact);
    case 'processed':
      return step('Put the eSIM on the line and discard the old SIM').replaceSim(fact);
    case 'cancelled':
    case 'rejected':
      return step('Roll back: the old SIM stays').rollBackReplacement(fact);
  }
};

/** What is said to provider and manager beside the story: a provider that does not listen holds up no word of its own. */
const talk = async (fact: FactRef, kind: ActionableFact): Promise<StepOutcome | undefined> => {
  switch (kind) {
    case 'cancellation_requested':
      return step('Ask the provider to cancel').askProvider(fact);
    case 'reminder_requested':
      return step('Remind the provider').askProvider(fact);
    case 'reversal_requested':
      return step('Ask the provider to take back what it did').askProvider(fact);
    case 'silence_noted':
      return step('Tell the manager that the order waits').giveNotice(fact);
    case 'cancellation_refused':
      return step('Tell the manager that the order is not cancelled').giveNotice(fact);
    default:
      // The confirmation is carried out by the submission, and words are the story's.
      return undefined;
  }
};
