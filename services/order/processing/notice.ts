/** Facts of which the manager is told while the order goes on. */
import type { WaitingReason } from '@simlane/contracts/http/notification';
import type { StoredFact } from './fact.ts';

export interface Notice {
  readonly why: WaitingReason;
  /** The provider's words. */
  readonly detail: string | null;
}

/** What the fact tells the manager; null for a fact that is no notice. */
export const noticeIn = ({ kind, reason, data }: StoredFact): Notice | null => {
  if (kind === 'cancellation_refused') return { why: 'cancellation_refused', detail: reason };
  if (kind !== 'silence_noted') return null;
  return { why: data.todo === 'installation_missing' ? 'installation_missing' : 'provider_silent', detail: null };
};
