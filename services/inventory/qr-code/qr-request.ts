/** What a request for a QR code is, and what it is owed (product.md §4). Pure. */
import { durationMs } from '@simlane/contracts/duration';
import type { Language } from '@simlane/contracts/http/primitives';
import type { RequestMessages } from '@simlane/contracts/http/qr-request-messages';
import {
  NOTIFIED_AFTER,
  type QrRequestEnd,
  type QrRequestState,
  REMINDERS_AFTER,
  REQUEST_EXPIRES_AFTER,
} from '@simlane/contracts/qr-code';
import type { QrRequestClaim, QrRequestStep } from '@simlane/contracts/qr-code-request';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly language: Language;
}

export interface RequestContact {
  readonly contactId: string;
  readonly name: string;
  readonly email: string;
  readonly language: Language;
  readonly returned: { readonly as: 'bounced' | 'complained'; readonly at: Date } | null;
  readonly returnTold: boolean;
}

export interface StoredRequest {
  readonly id: string;
  readonly accountId: string;
  readonly simId: string;
  readonly orderId: string | null;
  readonly state: QrRequestState;
  readonly endReason: QrRequestEnd | null;
  readonly endedAt: Date | null;
  readonly requestedBy: Person;
  readonly cc: readonly string[];
  readonly messages: RequestMessages;
  /** How often it was sent; the links of earlier sendings are dead. */
  readonly sendings: number;
  readonly mailedSending: number;
  readonly sentAt: Date | null;
  readonly reminders: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly version: number;
  readonly contacts: readonly RequestContact[];
}

/** What came of the request, as far as it is owed something for it. */
export interface RequestOutcome {
  /** Codes that a user refused and whose sender has not been told. */
  readonly untoldRefusals: number;
  /** The code that ended the request, if it is still the SIM's; null otherwise. */
  readonly code: { readonly importedAt: Date } | null;
  /** Its notifications; none has been sent while `sent` is 0. */
  readonly notifications: { readonly sent: number; readonly unsent: number };
}

export const requestExpiry = (now: Date): Date => new Date(now.getTime() + durationMs(REQUEST_EXPIRES_AFTER));

interface Owed {
  readonly step: QrRequestStep;
  /** In the past, or now: to be done. */
  readonly at: Date;
}

/** The step that comes next, and when; null where nothing ever does unless somebody acts. */
export const nextStep = (request: StoredRequest, outcome: RequestOutcome, now: Date): Owed | null => {
  const { state, createdAt, contacts } = request;
  if (outcome.untoldRefusals > 0) return { step: 'mail_refusal', at: createdAt };
  if (contacts.some(({ returned, returnTold }) => returned !== null && !returnTold)) {
    return { step: 'mail_bounce', at: createdAt };
  }
  return state === 'open' ? nextWhileOpen(request, now) : nextAfterCode(request, outcome);
};

const nextWhileOpen = (
  { sendings, mailedSending, sentAt, reminders, createdAt, expiresAt }: StoredRequest,
  now: Date,
): Owed => {
  // After a long outage the end has come: nobody is asked for what he can no longer do.
  if (now >= expiresAt) return { step: 'expire', at: expiresAt };
  if (mailedSending < sendings || sentAt === null) return { step: 'mail_request', at: createdAt };
  const reminder = REMINDERS_AFTER[reminders];
  return reminder === undefined
    ? { step: 'expire', at: expiresAt }
    : { step: 'mail_reminder', at: new Date(sentAt.getTime() + durationMs(reminder)) };
};

/** The number of the reminder that is due, from 1: after an outage the last one whose time has come stands for all. */
export const reminderDue = ({ sentAt, reminders }: StoredRequest, now: Date): number => {
  const come = sentAt === null ? 0 : REMINDERS_AFTER.filter((after) => isPast(sentAt, after, now)).length;
  return Math.max(come, reminders + 1);
};

const isPast = (since: Date, after: string, now: Date): boolean => since.getTime() + durationMs(after) <= now.getTime();

const nextAfterCode = (
  { endReason, createdAt }: StoredRequest,
  { code, notifications }: RequestOutcome,
): Owed | null => {
  if (endReason !== 'code_imported' || code === null) return null;
  if (notifications.unsent > 0) return { step: 'mail_notification', at: createdAt };
  if (notifications.sent > 0) return null;
  return { step: 'mail_notification', at: new Date(code.importedAt.getTime() + durationMs(NOTIFIED_AFTER)) };
};

export const claimOf = (request: StoredRequest, outcome: RequestOutcome, now: Date): QrRequestClaim => {
  const next = nextStep(request, outcome, now);
  return {
    state: request.state,
    endReason: request.endReason,
    owed: next !== null && next.at <= now ? next.step : null,
    owedAt: next === null ? null : next.at.toISOString(),
  };
};

/** The workflow's timer goes off when a step is due; what has not happened so long after it will not happen by itself. */
const OVERDUE_AFTER_MS = 15 * 60 * 1000;
/** A waiting request is looked at daily: should its workflow be gone, this starts it again. */
const CHECK_MS = 24 * 60 * 60 * 1000;

/** When the due loop is to wake the workflow; null: never again. */
export const requestDueAt = (request: StoredRequest, outcome: RequestOutcome, now: Date): Date | null => {
  const next = nextStep(request, outcome, now);
  if (next === null) return null;
  if (next.at <= now) return now;
  return new Date(Math.min(next.at.getTime() + OVERDUE_AFTER_MS, now.getTime() + CHECK_MS));
};
