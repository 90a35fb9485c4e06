import { newMessageId } from './signal-message.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { ServiceResult } from './service-control-api.ts';
import type { ServiceChangeRecord } from './service-state.ts';
import type { SignalDelivery } from './signal-delivery.ts';

/** Lets changes that were accepted be answered by themselves, when their time has come. */
export interface ServiceAnswers {
  schedule(change: ServiceChangeRecord): void;
  /** Goes on with every change; what should have been said meanwhile is said at once. */
  resume(): void;
  stop(): void;
}

export const createServiceAnswers = (state: SandboxState, delivery: SignalDelivery): ServiceAnswers => {
  const timers = new Map<string, NodeJS.Timeout>();

  const answer = (providerId: string, changeId: string): void => {
    const change = state.services.change(providerId, changeId);
    // Said on command meanwhile.
    if (!change || change.answerAt === null) return;
    const message = messageOfAnswer(change, change.results, newMessageId());
    state.record({ kind: 'service_change_answered', providerId, changeId, results: change.results, message });
    delivery.deliver(message, 1);
  };

  const schedule = ({ providerId, changeId, answerAt }: ServiceChangeRecord): void => {
    const id = `${providerId} ${changeId}`;
    if (answerAt === null || timers.has(id)) return;
    const waitMs = Math.max(0, Date.parse(answerAt) - Date.now());
    timers.set(
      id,
      setTimeout(() => answer(providerId, changeId), waitMs),
    );
  };

  return {
    schedule,
    resume: () => {
      for (const change of state.services.changes()) schedule(change);
    },
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
};

/** The results to be said on command: those decided; of a plan that is scheduled, that it is in force now. */
export const resultsToSay = ({ state, results }: ServiceChangeRecord): readonly ServiceResult[] => {
  if (state !== 'answered') return results;
  const begun = results.filter(({ outcome }) => outcome === 'scheduled');
  return begun.length === 0 ? results : begun.map((result) => ({ ...result, outcome: 'applied' as const }));
};

export const messageOfAnswer = (
  { providerId, changeId }: Pick<ServiceChangeRecord, 'providerId' | 'changeId'>,
  results: readonly ServiceResult[],
  messageId: string,
): OutgoingMessage => {
  const type = results.every(({ outcome }) => outcome === 'refused') ? 'services.refused' : 'services.applied';
  const body = { type, occurredAt: new Date().toISOString(), data: { changeId, results } };
  // Of no order.
  return { messageId, providerId, orderId: '', type, body: JSON.stringify(body) };
};
