import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginHandOver, type Delivery, endHandOver, newDelivery } from '../delivery.ts';
import { afterEvent, isAbout, readSesEvent, type SesEvent } from './ses-event.ts';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const [accountId, messageId, recipientId] = [randomUUID(), randomUUID(), randomUUID()];
const published = (event: object) => ({
  mail: {
    messageId: 'ses-1',
    timestamp: '2026-03-01T09:59:00.000Z',
    source: 'no-reply@simlane.example',
    tags: {
      'account-id': [accountId],
      'message-id': [messageId],
      'recipient-id': [recipientId],
      'ses:from-domain': ['simlane.example'],
    },
  },
  ...event,
});
const bounce = (bounceType: string, diagnosticCode = 'smtp; 550 5.1.1 user unknown') =>
  published({
    eventType: 'Bounce',
    bounce: {
      bounceType,
      bounceSubType: 'General',
      timestamp: NOW.toISOString(),
      bouncedRecipients: [{ emailAddress: 'carla@example.com', action: 'failed', status: '5.1.1', diagnosticCode }],
      feedbackId: 'f',
    },
  });
const complaint = published({
  eventType: 'Complaint',
  complaint: { timestamp: NOW.toISOString(), complainedRecipients: [], complaintFeedbackType: 'abuse' },
});
const deliveryEvent = published({ eventType: 'Delivery', delivery: { timestamp: NOW.toISOString(), recipients: [] } });
const read = (event: object) => readSesEvent(JSON.stringify(event));
const mail = {
  accountId,
  messageId,
  recipientId,
  providerMessageId: 'ses-1',
  takenAt: new Date('2026-03-01T09:59:00Z'),
};

describe('an event of SES', () => {
  it('is read with the mail that it is about', () => {
    const detail = 'Permanent, General, smtp; 550 5.1.1 user unknown';
    expect(read(bounce('Permanent'))).toEqual({ kind: 'bounced', occurredAt: NOW, detail, mail });
    expect(read(bounce('Transient'))).toMatchObject({ kind: 'soft_bounced' });
    expect(read(bounce('Undetermined'))).toMatchObject({ kind: 'soft_bounced' });
    expect(read(complaint)).toEqual({ kind: 'complained', occurredAt: NOW, detail: 'abuse', mail });
    expect(read(deliveryEvent)).toEqual({ kind: 'delivered', occurredAt: NOW, detail: null, mail });
  });

  it('of another kind, or about a mail that is not marked as ours, is not followed', () => {
    const { mail: withTags, ...rest } = deliveryEvent as ReturnType<typeof published> & Record<string, unknown>;
    const { tags, ...untagged } = withTags;
    const others = [
      published({ eventType: 'Open', open: {} }),
      { notificationType: 'Bounce', ...rest },
      { ...rest, mail: untagged },
      { ...rest, mail: { ...untagged, tags: { ...tags, 'account-id': ['not-an-id'] } } },
      { ...rest, mail: { ...untagged, tags: { ...tags, 'recipient-id': [] } } },
    ];
    for (const other of others) expect(read(other)).toBeUndefined();
    expect(readSesEvent('Successfully validated SNS topic for Amazon SES event publishing.')).toBeUndefined();
  });

  it('keeps the other server’s words short, in one line, and without a link of ours', () => {
    const token = 'A'.repeat(64);
    const words = `550 rejected\r\nhttps://fleet.example.com/inventory/v1/qr-uploads/${token} is listed ${'x'.repeat(900)}`;
    const detail = read(bounce('Permanent', words))?.detail ?? '';
    expect(detail).not.toContain(token);
    expect(detail).toContain('550 rejected https://fleet.example.com/inventory/v1/qr-uploads/[redacted] is listed');
    expect(detail.length).toBeLessThanOrEqual(500);
    expect(detail).not.toMatch(/\p{Cc}/u);
  });
});

const begun = beginHandOver(newDelivery(NOW), NOW);
const sent = endHandOver(begun, { outcome: 'accepted', providerMessageId: 'ses-1' }, NOW);
const event = (kind: SesEvent['kind'], detail: string | null = null): SesEvent => ({
  kind,
  occurredAt: NOW,
  detail,
  mail,
});

describe('a delivery after an event', () => {
  it('is delivered, bounced or complained of', () => {
    expect(afterEvent(sent, event('delivered'))).toEqual({ ...sent, state: 'delivered' });
    for (const kind of ['bounced', 'complained'] as const) {
      expect(afterEvent(sent, event(kind, 'why'))).toEqual({
        ...sent,
        state: kind,
        returned: { at: NOW, detail: 'why' },
      });
    }
  });

  it('stays sent when it may yet arrive, and says why it did not', () => {
    expect(afterEvent(sent, event('soft_bounced', 'full'))).toEqual({ ...sent, returned: { at: NOW, detail: 'full' } });
  });

  it('was taken by SES, if that was not heard: it is not sent again', () => {
    const after = afterEvent(begun, event('delivered'));
    expect(after).toMatchObject({
      state: 'delivered',
      attemptAt: null,
      sentAt: mail.takenAt,
      providerMessageId: 'ses-1',
    });
    // The answer to the hand-over, which comes late, changes nothing.
    expect(endHandOver(after, { outcome: 'accepted', providerMessageId: 'ses-1' }, NOW)).toBe(after);
  });

  it('is another’s where the ids of SES differ, or nothing was handed over', () => {
    expect(isAbout(event('bounced'), sent)).toBe(true);
    expect(isAbout(event('bounced'), begun)).toBe(true);
    expect(isAbout(event('bounced'), { ...sent, providerMessageId: 'ses-2' })).toBe(false);
    expect(isAbout(event('bounced'), newDelivery(NOW))).toBe(false);
  });

  it('only moves forward, and a repeat of any event changes nothing', () => {
    const rank = (delivery: Delivery): number =>
      ['unknown', 'sent', 'delivered', 'bounced', 'complained'].indexOf(delivery.state);
    const kinds = fc.array(fc.constantFrom('delivered', 'soft_bounced', 'bounced', 'complained'), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(begun, sent), kinds, (start, happened) => {
        let delivery = start;
        let firstLoss: string | undefined;
        for (const kind of happened) {
          const after = afterEvent(delivery, event(kind, kind));
          expect(rank(after)).toBeGreaterThanOrEqual(rank(delivery));
          expect(afterEvent(after, event(kind, kind))).toEqual(after);
          if (kind === 'bounced' || kind === 'complained') firstLoss ??= kind;
          delivery = after;
        }
        if (firstLoss !== undefined)
          expect(delivery).toMatchObject({ state: firstLoss, returned: { detail: firstLoss } });
      }),
    );
  });
});
