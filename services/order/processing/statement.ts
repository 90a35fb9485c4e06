/** What a provider states about an order, in a signal or when it is asked, and the word that it amounts to. */
import { comparableActivationCode, readActivationCode } from '@simlane/contracts/activation-code';
import type { ProviderWord } from '@simlane/contracts/facts';
import type { PROVIDER_ORDER_STATUSES } from '@simlane/contracts/http/provider';
import type { Cutover } from '@simlane/contracts/order';
import { redactText } from '@simlane/service-kit/redaction';
import type { Sealer } from '@simlane/service-kit/sealing';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { cutoverOf, type StoredOrder } from '../ordering/order.ts';
import type { FactOrigin } from './fact.repository.ts';
import type { Word } from './intake.ts';

export type ProviderStatus = Exclude<(typeof PROVIDER_ORDER_STATUSES)[number], 'received'>;

export interface Statement {
  readonly status: ProviderStatus;
  readonly origin: FactOrigin;
  readonly factId?: string;
  readonly occurredAt: Date;
  readonly iccid: string | null;
  readonly eid: string | null;
  readonly activationCode: string | null;
  readonly reason: string | null;
  readonly providerReference: string | null;
}

/**
 * `processed` means that the new SIM serves the line. Where the cut-over is the installation, a provider's `processed`
 * is no more than an acknowledgement, and `installed` is what counts (product.md §3).
 */
export const wordOf = (status: ProviderStatus, cutover: Cutover): ProviderWord => {
  if (status === 'installed') return 'processed';
  return status === 'processed' && cutover === 'installed' ? 'acknowledged' : status;
};

/** Bound to the row it stands in. */
export const activationCodeSealedFor = (accountId: string, rowId: string): string[] => [
  accountId,
  rowId,
  'activation-code',
];

/** The word to be judged; an activation code in it is sealed for the fact that it becomes. */
export const toWord = (sealer: Sealer, order: StoredOrder, statement: Statement): Word => {
  const { status, origin, occurredAt, iccid, eid, activationCode, providerReference } = statement;
  const factId = statement.factId ?? uuidV7();
  const word = wordOf(status, cutoverOf(order));
  return {
    word,
    factId,
    origin,
    occurredAt,
    providerReference,
    reason: statement.reason === null ? null : redactText(statement.reason),
    identifiers: {
      iccid,
      eid,
      activationCodeFingerprints: activationCode === null ? [] : fingerprintsOf(sealer, activationCode),
    },
    ...(activationCode === null
      ? {}
      : {
          activationCode: {
            sealed: sealer.seal(activationCode, activationCodeSealedFor(order.accountId, factId)),
            fingerprint: sealer.fingerprint(comparable(activationCode)),
          },
        }),
    data: {
      ...(iccid === null ? {} : { iccid }),
      ...(eid === null ? {} : { eid }),
      ...(status === word ? {} : { said: status }),
    },
  };
};

/** However it is written, it is the same code; earlier facts have the fingerprint of what was said, letter by letter. */
const fingerprintsOf = (sealer: Sealer, activationCode: string): string[] => [
  ...sealer.fingerprints(comparable(activationCode)),
  ...sealer.fingerprints(activationCode),
];

/** What cannot be read is compared as it came. */
const comparable = (activationCode: string): string => {
  const reading = readActivationCode(activationCode);
  return reading.ok ? comparableActivationCode(reading.code) : activationCode;
};

/** A provider's word that says nothing but itself. */
export const bareStatement = (status: ProviderStatus, origin: FactOrigin, reason: string | null = null): Statement => ({
  status,
  origin,
  reason,
  occurredAt: new Date(),
  iccid: null,
  eid: null,
  activationCode: null,
  providerReference: null,
});
