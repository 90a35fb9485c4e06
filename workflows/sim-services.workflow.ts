/**
 * The services of one SIM, from the first difference between what is wanted and what is confirmed until there is none.
 *
 *     send the newest difference → take the answer, or wait for it, and ask where it does not come → the next one → done
 *
 * Inventory knows what differs, order what was said; here one call goes after the other. A run can be started again from
 * nothing at any point: a call that is open is gone on with, an answer that was taken is no news.
 */
import type { SimServicesActivities } from '@simlane/contracts/activities';
import { SIM_SERVICES_CHANGED_SIGNAL } from '@simlane/contracts/service-changes';
import {
  SERVICE_CALL_ANSWERED_SIGNAL,
  type ServiceCallAnswered,
  type SimServicesInput,
} from '@simlane/contracts/sim-services';
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { STEP } from './activity-options.ts';
import { showServicesPhase, showWaiting } from './shown-to-operations.ts';

const step = (summary: string): SimServicesActivities => proxyActivities<SimServicesActivities>({ ...STEP, summary });

const callAnswered = defineSignal<[ServiceCallAnswered]>(SERVICE_CALL_ANSWERED_SIGNAL);
const changed = defineSignal(SIM_SERVICES_CHANGED_SIGNAL);

export async function simServices(sim: SimServicesInput): Promise<void> {
  const state: State = { answered: [], isStale: true, openCall: null, questionAfterMs: FIRST_QUESTION_AFTER_MS };
  setHandler(callAnswered, (signal) => noteAnswer(state, signal), {
    description: 'The provider has answered a call: what it said is read from order',
  });
  setHandler(changed, () => void (state.isStale = true), {
    description: 'What is wanted of the SIM has changed: the newest difference is read again',
  });

  for (;;) {
    const changeId = state.answered.shift();
    if (changeId !== undefined) {
      await step('Take what the provider has said').takeServiceCallAnswer({ ...sim, changeId });
      state.isStale = true;
    } else if (state.isStale) {
      state.isStale = false;
      noteSent(state, await step('Send the newest difference').sendServiceCall(sim));
    } else if (state.openCall === null) {
      showServicesPhase('settled');
      return;
    } else if (!(await somethingSaid(state))) {
      const open = { ...sim, changeId: state.openCall };
      const { isAnswered } = await step('Ask the provider what is in force').askForServiceCallAnswer(open);
      state.isStale ||= isAnswered;
      if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof simServices>(sim);
    }
  }
}

interface State {
  /** Calls of which something was said that was not taken yet. */
  answered: string[];
  /** Something may differ that was not looked at. */
  isStale: boolean;
  openCall: string | null;
  questionAfterMs: number;
}

/** Anybody who can reach Temporal can send one: what is none is not looked at. */
const noteAnswer = ({ answered }: State, signal: Partial<ServiceCallAnswered> | undefined): void => {
  const changeId = signal?.changeId;
  if (typeof changeId === 'string' && UUID.test(changeId) && !answered.includes(changeId)) answered.push(changeId);
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const noteSent = (state: State, sent: Awaited<ReturnType<SimServicesActivities['sendServiceCall']>>): void => {
  const openCall = sent === null || sent.isAnswered ? null : sent.changeId;
  if (openCall !== state.openCall) state.questionAfterMs = FIRST_QUESTION_AFTER_MS;
  state.openCall = openCall;
  // After an answer there may be more to send.
  state.isStale ||= sent !== null && sent.isAnswered && sent.isSettled !== true;
  if (openCall !== null) {
    showServicesPhase('waiting');
    showWaiting(`waits for the provider's answer to ${openCall}`);
  }
};

/** Whether a signal came before it was time to ask. */
const somethingSaid = async (state: State): Promise<boolean> => {
  const { questionAfterMs } = state;
  const summary = 'The provider is asked where it has not answered';
  const isSaid = await condition(() => state.answered.length > 0 || state.isStale, questionAfterMs, { summary });
  if (!isSaid) state.questionAfterMs = Math.min(questionAfterMs * 2, LONGEST_WAIT_MS);
  return isSaid;
};

/** A provider that answers later takes minutes as a rule, and says so by a signal; signals get lost. */
const FIRST_QUESTION_AFTER_MS = 15 * 60 * 1000;
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
