/**
 * One request for an eSIM QR code, from its first mail to its end.
 *
 *     claim → what is owed now: mail, remind, tell, expire → wait until something is owed or has changed → claim again → why it ended
 *
 * Inventory decides what is owed and when; here it is carried out, a step an activity. A run can be started again from
 * nothing at any point: what is done is owed no more.
 */
import type { QrCodeActivities } from '@simlane/contracts/activities';
import {
  QR_REQUEST_CHANGED_SIGNAL,
  QR_REQUEST_PROGRESS_QUERY,
  type QrCodeRequestInput,
  type QrCodeRequestProgress,
  type QrCodeRequestResult,
  type QrRequestClaim,
  type QrRequestStep,
} from '@simlane/contracts/qr-code-request';
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { STEP } from './activity-options.ts';
import { showRequestPhase, showWaiting } from './shown-to-operations.ts';

const step = (summary: string): QrCodeActivities => proxyActivities<QrCodeActivities>({ ...STEP, summary });

const requestChanged = defineSignal(QR_REQUEST_CHANGED_SIGNAL);
const progress = defineQuery<QrCodeRequestProgress>(QR_REQUEST_PROGRESS_QUERY);

const STEP_SUMMARIES = {
  mail_request: 'Ask the contacts for the QR code',
  mail_reminder: 'Remind the contacts',
  expire: 'Nobody has answered: the request expires',
  mail_refusal: 'Tell the contact why the file was refused',
  mail_bounce: 'Tell who asked that a mail came back',
  mail_notification: 'Tell who asked that the code is there',
} as const satisfies Record<QrRequestStep, string>;

export async function qrCodeRequest(request: QrCodeRequestInput): Promise<QrCodeRequestResult> {
  const state: State = { claim: NOT_CLAIMED, isStale: true };
  // Whatever the signal carries is not looked at: anybody who can reach Temporal can send one.
  setHandler(requestChanged, () => void (state.isStale = true), {
    description: 'The request has changed or a mail of it came back: what is owed is read again',
  });
  setHandler(progress, () => ({ state: state.claim.state, owed: state.claim.owed, owedAt: state.claim.owedAt }), {
    description: 'Whether the request is open, what it is owed now, and when something is owed next',
  });

  for (;;) {
    if (state.isStale) {
      state.isStale = false;
      note(state, await step('Read what the request is owed').claimQrRequest(request));
    }
    const { endReason, owed, owedAt } = state.claim;
    if (owed !== null) {
      note(state, await step(STEP_SUMMARIES[owed]).carryOutQrRequestStep({ ...request, step: owed }));
    } else if (!state.isStale) {
      if (endReason !== null && owedAt === null) return endReason;
      await somethingToDo(state, owedAt);
      if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof qrCodeRequest>(request);
      state.isStale = true;
    }
  }
}

interface State {
  claim: QrRequestClaim;
  /** Something may have changed since the claim. */
  isStale: boolean;
}

const NOT_CLAIMED: QrRequestClaim = { state: 'open', endReason: null, owed: null, owedAt: null };

const note = (state: State, claim: QrRequestClaim): void => {
  state.claim = claim;
  const { endReason, owed, owedAt } = claim;
  showRequestPhase(endReason ?? 'open');
  const ended = endReason === null ? 'open' : `ended: ${endReason}`;
  const next = owedAt === null ? 'nothing more is owed' : `next at ${owedAt}`;
  showWaiting(`${ended}, ${owed === null ? next : `owed: ${owed}`}`);
};

/** Waits until the time that the claim names, or a change. */
const somethingToDo = async (state: State, owedAt: string | null): Promise<void> => {
  const untilOwed = owedAt === null ? LONGEST_WAIT_MS : Date.parse(owedAt) - Date.now();
  const milliseconds = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, untilOwed));
  const summary = owedAt === null ? 'Whether anything is owed is looked at again' : `Something is owed at ${owedAt}`;
  await condition(() => state.isStale, milliseconds, { summary });
};

/** A run whose clock was wrong when it began to wait asks again within a day. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/** The clocks of services differ: what is owed here already may lie ahead there, and is not asked for in a rush. */
const SHORTEST_WAIT_MS = 1000;
