import { describe, expect, it } from 'vitest';
import { claimOf, reminderDue, requestDueAt, type RequestOutcome, type StoredRequest } from './qr-request.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const CREATED = new Date('2026-03-01T08:00:00Z');
const after = (ms: number): Date => new Date(CREATED.getTime() + ms);
const NOTHING: RequestOutcome = { untoldRefusals: 0, code: null, notifications: { sent: 0, unsent: 0 } };

const request = (more: Partial<StoredRequest> = {}): StoredRequest => ({
  id: 'r',
  accountId: 'a',
  simId: 's',
  orderId: null,
  state: 'open',
  endReason: null,
  endedAt: null,
  requestedBy: { id: 'm', name: 'M', email: 'm@example.com', language: 'en' },
  cc: [],
  messages: {},
  sendings: 1,
  mailedSending: 1,
  sentAt: CREATED,
  reminders: 0,
  createdAt: CREATED,
  expiresAt: after(30 * DAY_MS),
  version: 1,
  contacts: [],
  ...more,
});

const owedAt = (at: Date, more: Partial<StoredRequest> = {}, outcome: RequestOutcome = NOTHING) =>
  claimOf(request(more), outcome, at).owed;

describe('an open request', () => {
  it('is mailed first, and again after it was sent again', () => {
    expect(owedAt(CREATED, { mailedSending: 0, sentAt: null })).toBe('mail_request');
    expect(owedAt(after(DAY_MS), { sendings: 2 })).toBe('mail_request');
  });

  it('is chased after 2 and after 5 days, and expires after 30', () => {
    expect(owedAt(after(2 * DAY_MS - 1))).toBeNull();
    expect(owedAt(after(2 * DAY_MS))).toBe('mail_reminder');
    expect(owedAt(after(5 * DAY_MS - 1), { reminders: 1 })).toBeNull();
    expect(owedAt(after(5 * DAY_MS), { reminders: 1 })).toBe('mail_reminder');
    expect(owedAt(after(30 * DAY_MS - 1), { reminders: 2 })).toBeNull();
    expect(owedAt(after(30 * DAY_MS), { reminders: 2 })).toBe('expire');
  });

  it('that was asleep beyond its end asks and reminds nobody', () => {
    expect(owedAt(after(31 * DAY_MS))).toBe('expire');
    expect(owedAt(after(31 * DAY_MS), { mailedSending: 0, sentAt: null })).toBe('expire');
  });

  it('that was asleep beyond both reminders sends the last one only', () => {
    expect(reminderDue(request(), after(2 * DAY_MS))).toBe(1);
    expect(reminderDue(request(), after(6 * DAY_MS))).toBe(2);
    expect(reminderDue(request({ reminders: 1 }), after(5 * DAY_MS))).toBe(2);
  });

  it('tells a contact of a refusal, and whoever asked of a mail that came back, before anything else', () => {
    expect(owedAt(CREATED, { mailedSending: 0 }, { ...NOTHING, untoldRefusals: 1 })).toBe('mail_refusal');
    const contacts = [
      {
        contactId: 'c',
        name: 'C',
        email: 'c@example.com',
        language: 'en' as const,
        returned: { as: 'bounced' as const, at: CREATED },
        returnTold: false,
      },
    ];
    expect(owedAt(CREATED, { contacts })).toBe('mail_bounce');
  });
});

describe('a request that has ended', () => {
  const ended = { state: 'ended', endReason: 'code_imported', endedAt: CREATED } as const;
  const withCode = (sent: number, unsent: number): RequestOutcome => ({
    untoldRefusals: 0,
    code: { importedAt: CREATED },
    notifications: { sent, unsent },
  });

  it('by a code tells whoever asked after 15 minutes, unless somebody has before', () => {
    expect(owedAt(after(15 * MINUTE_MS - 1), ended, withCode(0, 0))).toBeNull();
    expect(owedAt(after(15 * MINUTE_MS), ended, withCode(0, 0))).toBe('mail_notification');
    expect(owedAt(CREATED, ended, withCode(0, 1))).toBe('mail_notification');
    expect(owedAt(after(DAY_MS), ended, withCode(1, 0))).toBeNull();
  });

  it('tells nobody of a code that is no longer there, and nobody where none came', () => {
    expect(owedAt(after(DAY_MS), ended)).toBeNull();
    expect(owedAt(after(DAY_MS), { ...ended, endReason: 'cancelled' }, withCode(0, 0))).toBeNull();
  });

  it('is owed nothing any more, and never looked at again', () => {
    expect(requestDueAt(request(ended), withCode(1, 0), after(DAY_MS))).toBeNull();
  });
});

describe('the due row of a request', () => {
  it('is due at once for what is owed, a quarter of an hour after what the timer should have done, and daily', () => {
    expect(requestDueAt(request({ mailedSending: 0 }), NOTHING, CREATED)).toEqual(CREATED);
    const shortly = after(2 * DAY_MS - MINUTE_MS);
    expect(requestDueAt(request(), NOTHING, shortly)).toEqual(after(2 * DAY_MS + 15 * MINUTE_MS));
    expect(requestDueAt(request(), NOTHING, CREATED)).toEqual(after(DAY_MS));
  });
});
