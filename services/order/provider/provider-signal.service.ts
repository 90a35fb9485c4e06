/** Signals in: verified, judged and stored in one transaction before they are answered (product.md §3, api.md). */
import type { ProviderSignalBody } from '@simlane/contracts/http/provider';
import type { ProviderSignal } from '@simlane/contracts/http/provider-signals';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash as hashOfCommand } from '@simlane/service-kit/body-hash';
import { inAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Sealer } from '@simlane/service-kit/sealing';
import { isUuid, uuidV7 } from '@simlane/service-kit/uuid-v7';
import { providerSignalBodySchema } from '@simlane/contracts/http/provider';
import type { Db, Tx } from '../database.ts';
import type { StoredOrder } from '../ordering/order.ts';
import { lockOrder } from '../ordering/order.repository.ts';
import { loadFacts } from '../processing/fact.repository.ts';
import { decidedSoFar } from '../processing/fact.ts';
import { takeInWord } from '../processing/intake.ts';
import { activationCodeSealedFor, toWord } from '../processing/statement.ts';
import type { ConnectionKeeper } from './provider-connection.service.ts';
import {
  ACTIVATION_CODE_PLACEHOLDER,
  bodyToKeep,
  hashOf,
  isSignedBy,
  readSignal,
  type SignalHeaders,
  statementOf,
} from './provider-signal.ts';
import { findReplay, findSameSignal, findSignal, insertSignal, type NewSignal } from './provider-signal.repository.ts';

export interface SignalDependencies {
  readonly db: Db;
  readonly connections: ConnectionKeeper;
  readonly sealer: Sealer;
  /** Looks at what is due, now. */
  readonly kick: () => void;
}

export interface SignalReceipt {
  readonly receipt: string;
  readonly intake: ProviderSignal['intake'] | 'duplicate';
}

export interface IncomingSignal {
  readonly accountId: string;
  readonly providerId: string;
  readonly headers: SignalHeaders;
  readonly rawBody: Buffer;
}

/**
 * Takes a signal in. It is stored, and judged if its order is one of this provider's, before this resolves. The same
 * message again gets the first receipt and changes nothing.
 *
 * @throws ProblemError `unauthenticated` for a signature or time stamp that is not right, an address that nobody has
 *   included; `not_a_signal` for a signed body that is none
 */
export const takeInSignal = async (
  dependencies: SignalDependencies,
  incoming: IncomingSignal,
): Promise<SignalReceipt> => {
  const { db, connections, kick } = dependencies;
  const { accountId, providerId, headers, rawBody } = incoming;
  if (!isUuid(accountId) || !isUuid(providerId)) throw badSignature();
  const receipt = await inAccount(db, accountId, async (tx) => {
    const secrets = await connections.signalSecrets(tx, accountId, providerId);
    if (!isSignedBy(secrets, rawBody, headers)) throw badSignature();
    const body = readSignal(rawBody);
    if (body === undefined) throw new ProblemError('not_a_signal', 'The body is not a signal of the agreed form');
    return store(
      dependencies,
      tx,
      { accountId, providerId, body },
      { messageId: headers.id, bodyHash: hashOf(rawBody), replay: null },
    );
  });
  if (receipt.intake === 'accepted') kick();
  return receipt;
};

/** Takes a stored signal in anew, as operations ask for it: a new receipt and, if its order is there now, a new fact. */
export const replaySignal = async (
  dependencies: SignalDependencies,
  caller: Caller,
  receipt: string,
  command: { reason: string },
  key: string,
): Promise<SignalReceipt> => {
  const { db, sealer, kick } = dependencies;
  const { accountId } = caller;
  const answer = await inAccount(db, accountId, async (tx) => {
    const signal = await findSignal(tx, accountId, receipt);
    if (signal === undefined) throw notFound();
    const replay = { of: receipt, key, caller: caller.sub, bodyHash: hashOfCommand({ receipt, ...command }) };
    const before = await findReplay(tx, accountId, caller.sub, key);
    if (before !== undefined) {
      if (before.replay_body_hash === replay.bodyHash) return { receipt: before.id, intake: before.intake };
      throw new ProblemError('idempotency_key_reused', 'The Idempotency-Key was used with another request', {
        fix: 'Use a new key for a new request',
      });
    }
    const kept = providerSignalBodySchema.parse(signal.body);
    const code =
      signal.activation_code_sealed === null
        ? null
        : sealer.openText(signal.activation_code_sealed, activationCodeSealedFor(accountId, signal.id));
    const body = code === null ? kept : withActivationCode(kept, code);
    const content = { accountId, providerId: signal.provider_id, body };
    return store(dependencies, tx, content, { messageId: signal.message_id, bodyHash: signal.body_hash, replay });
  });
  if (answer.intake === 'accepted') kick();
  return answer;
};

interface SignalContent {
  readonly accountId: string;
  readonly providerId: string;
  readonly body: ProviderSignalBody;
}

const store = async (
  { sealer }: SignalDependencies,
  tx: Tx,
  { accountId, providerId, body }: SignalContent,
  identity: Pick<NewSignal, 'messageId' | 'bodyHash' | 'replay'>,
): Promise<SignalReceipt> => {
  // The order's lock comes first: of two repeats at once, the second one finds the first one stored.
  const order = await lockOrderSpokenOf(tx, accountId, body.orderId);
  const facts = order === undefined ? [] : await loadFacts(tx, accountId, order.id);
  const known = order !== undefined && order.providerId === providerId && decidedSoFar(facts) !== undefined;
  const receipt = uuidV7();
  const factId = known ? uuidV7() : null;
  const statement = statementOf(body);
  const { activationCode } = statement;
  const stored = await insertSignal(tx, accountId, {
    ...identity,
    id: receipt,
    providerId,
    type: body.type,
    intake: known ? 'accepted' : 'unknown_order',
    orderId: known ? order.id : null,
    factId,
    occurredAt: statement.occurredAt,
    body: bodyToKeep(body),
    activationCodeSealed:
      activationCode === null ? null : sealer.seal(activationCode, activationCodeSealedFor(accountId, receipt)),
  });
  if (!stored) {
    const first = await findSameSignal(tx, accountId, { providerId, ...identity });
    if (first === undefined) throw new Error('a signal that is there cannot be found');
    return { receipt: first.id, intake: 'duplicate' };
  }
  if (!known || factId === null) return { receipt, intake: 'unknown_order' };
  const origin = { source: 'provider', actorId: null, causeId: receipt } as const;
  await takeInWord(tx, order, facts, toWord(sealer, order, { ...statement, origin, factId }));
  return { receipt, intake: 'accepted' };
};

/** The provider goes on speaking of the order that it knows; what another order has adopted is said of that one. */
const lockOrderSpokenOf = async (tx: Tx, accountId: string, orderId: string): Promise<StoredOrder | undefined> => {
  const order = await lockOrder(tx, accountId, orderId);
  return order?.adoptedBy == null ? order : lockOrderSpokenOf(tx, accountId, order.adoptedBy);
};

const withActivationCode = (body: ProviderSignalBody, activationCode: string): ProviderSignalBody =>
  'activationCode' in body.data && body.data.activationCode === ACTIVATION_CODE_PLACEHOLDER
    ? { ...body, data: { ...body.data, activationCode } }
    : body;

const badSignature = (): ProblemError =>
  new ProblemError('unauthenticated', 'The signature or its time stamp is not right');
