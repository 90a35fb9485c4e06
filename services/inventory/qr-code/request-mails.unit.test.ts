import { requestMessagesSchema } from '@simlane/contracts/http/qr-request-messages';
import { messageRecipientsSchema } from '@simlane/contracts/http/notification';
import { describe, expect, it } from 'vitest';
import { requestExpiry, type StoredRequest } from './qr-request.ts';
import { askingMail } from './request-mails.ts';
import { requestMessages } from './qr-request-texts.ts';

const LONGEST_NAME = 'Ä'.repeat(200);
const LONGEST_ADDRESS = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(59)}.example`;

const messages = requestMessages(['en', 'fr'], {
  accountName: LONGEST_NAME,
  requesterName: LONGEST_NAME,
  msisdn: '+33612345678',
  iccid: null,
  temporaryReference: null,
  providerName: LONGEST_NAME,
  providerReference: LONGEST_NAME,
});

const now = new Date();
const request: StoredRequest = {
  id: '0199a000-0000-7000-8000-000000000001',
  accountId: '0199a000-0000-7000-8000-000000000002',
  simId: '0199a000-0000-7000-8000-000000000003',
  orderId: null,
  state: 'open',
  endReason: null,
  endedAt: null,
  requestedBy: { id: 'manager-1', name: 'Nora Field', email: 'nora@calder.example', language: 'en' },
  cc: [LONGEST_ADDRESS],
  messages,
  sendings: 1,
  mailedSending: 0,
  sentAt: null,
  reminders: 0,
  createdAt: now,
  expiresAt: requestExpiry(now),
  version: 1,
  contacts: [],
};

describe('a mail that asks for a code is one that notification takes', () => {
  it('where the names in its pre-filled subject are as long as names can be', () => {
    expect(requestMessagesSchema.safeParse(messages).error).toBeUndefined();
    expect(messages.en?.subject).toMatch(/^eSIM QR code for \+33612345678 \(Ä+…$/);
  });

  it('where a CC address is as long as addresses can be', () => {
    const { recipients } = askingMail(request, [], 0);
    expect(recipients.map(({ email }) => email)).toEqual([LONGEST_ADDRESS]);
    expect(messageRecipientsSchema.safeParse(recipients).error).toBeUndefined();
  });
});
