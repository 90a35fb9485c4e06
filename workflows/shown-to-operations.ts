/** What operations see of a run in the Temporal UI. Ids, states and order numbers only: histories are kept and shown. */
import type { OrderStatus, TodoCode } from '@simlane/contracts/order';
import type { QrRequestEnd } from '@simlane/contracts/qr-code';
import type { ServiceRolloutState } from '@simlane/contracts/service-rollouts';
import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

const PHASE = defineSearchAttributeKey('Phase', 'KEYWORD');
const NEEDS_ATTENTION = defineSearchAttributeKey('NeedsAttention', 'BOOL');

/** One line on where the run is; costs no event. */
export const showWaiting = (line: string): void => setCurrentDetails(line);

/** Upserts the search attributes, but only if one of them changed: each upsert is an event and a write. */
export const showPhase = (
  shown: { phase: OrderStatus; needsAttention: boolean },
  now: { status: OrderStatus; todos: readonly TodoCode[] },
): void => {
  const needsAttention = now.todos.length > 0;
  if (shown.phase === now.status && shown.needsAttention === needsAttention) return;
  shown.phase = now.status;
  shown.needsAttention = needsAttention;
  upsertSearchAttributes([
    { key: PHASE, value: now.status },
    { key: NEEDS_ATTENTION, value: needsAttention },
  ]);
};

/** The same of a request for a QR code; whoever started the run has said where it stood. */
export const showRequestPhase = (now: 'open' | QrRequestEnd): void => showIfOther(now);

/** The same of a rollout. */
export const showRolloutPhase = (now: ServiceRolloutState): void => showIfOther(now);

const showIfOther = (now: string): void => {
  if (workflowInfo().typedSearchAttributes.get(PHASE) === now) return;
  upsertSearchAttributes([{ key: PHASE, value: now }]);
};

/** Of a SIM's services: only where a run has waited, so that one which is answered at once costs no upsert. */
export const showServicesPhase = (now: 'waiting' | 'settled'): void => {
  const shown = workflowInfo().typedSearchAttributes.get(PHASE);
  if (shown === now || (shown === undefined && now === 'settled')) return;
  upsertSearchAttributes([{ key: PHASE, value: now }]);
};
