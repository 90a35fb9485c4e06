/** The rules of a signal as it comes in: whose it is, what it says, and what of it may be kept in the clear. */
import { createHash } from 'node:crypto';
import {
  isServicesSignal,
  type OrderSignalBody,
  type ProviderSignalBody,
  providerSignalBodySchema,
} from '@simlane/contracts/http/provider';
import { redactValue } from '@simlane/service-kit/redaction';
import { unstorable } from '@simlane/service-kit/unstorable';
import { Webhook } from 'standardwebhooks';
import type { ProviderStatus, Statement } from '../processing/statement.ts';

/** Kept in the body in the place of an activation code. */
export const ACTIVATION_CODE_PLACEHOLDER = '[sealed]';

export interface SignalHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/**
 * True if one of the secrets signed exactly these bytes, and the time stamp is within five minutes (Standard
 * Webhooks). Compares in constant time.
 */
export const isSignedBy = (secrets: readonly string[], rawBody: Buffer, headers: SignalHeaders): boolean =>
  secrets.some((secret) => {
    try {
      new Webhook(secret).verify(rawBody, {
        'webhook-id': headers.id,
        'webhook-timestamp': headers.timestamp,
        'webhook-signature': headers.signature,
      });
      return true;
    } catch (error) {
      // It parses what it has verified; a signed body that is no JSON was signed all the same.
      return error instanceof SyntaxError;
    }
  });

/** What the bytes say; undefined if they are no signal, or one that could not be stored as it came. */
export const readSignal = (rawBody: Buffer): ProviderSignalBody | undefined => {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    return unstorable(body).length === 0 ? providerSignalBodySchema.safeParse(body).data : undefined;
  } catch {
    return undefined;
  }
};

const STATUSES = {
  'order.acknowledged': 'acknowledged',
  'order.processed': 'processed',
  'order.installed': 'installed',
  'order.cancelled': 'cancelled',
  'order.rejected': 'rejected',
} as const satisfies Record<OrderSignalBody['type'], ProviderStatus>;

export const statementOf = (body: OrderSignalBody): Omit<Statement, 'origin' | 'factId'> => ({
  status: STATUSES[body.type],
  occurredAt: new Date(body.occurredAt),
  iccid: text(body.data.iccid),
  eid: text(body.data.eid),
  activationCode: text(body.data.activationCode),
  reason: text(body.data.reason),
  providerReference: text(body.providerReference),
});

/**
 * The body as it is kept: the activation code stands elsewhere, sealed, and what looks like one in any other place,
 * where no provider should put it, is not kept at all.
 */
export const bodyToKeep = (body: ProviderSignalBody): Record<string, unknown> => {
  const kept = redactValue(body) as ProviderSignalBody;
  return !isServicesSignal(body) && 'activationCode' in body.data && body.data.activationCode != null
    ? { ...kept, data: { ...kept.data, activationCode: ACTIVATION_CODE_PLACEHOLDER } }
    : { ...kept };
};

/** Tells a repeat of a message from another message with its id. */
export const hashOf = (rawBody: Buffer): string => createHash('sha256').update(rawBody).digest('hex');

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
