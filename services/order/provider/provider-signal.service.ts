/** Signals in: verified, judged and stored in one transaction before they are answered (product.md §3, api.md). */
import {
  isServicesSignal,
  type OrderSignalBody,
  type ProviderSignalBody,
  providerSignalBodySchema,
  type ServicesSignalBody,
} from '@simlane/contracts/http/provider';
import type { ProviderSignal } from '@simlane/contracts/http/provider-signals';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash as hashOfCommand } from '@simlane/service-kit/body-hash';
import { inAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Sealer } from '@simlane/service-kit/sealing';
import { isUuid, uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Db, Tx } from '../database.ts';
import type { StoredOrder } from '../ordering/order.ts';
import { lockOrder } from '../ordering/order.repository.ts';
import { loadFacts } from '../processing/fact.repository.ts';
import { decidedSoFar } from '../processing/fact.ts';
import { takeInWord } from '../processing/intake.ts';
import { activationCodeSealedFor, toWord } from '../processing/statement.ts';
import { answersIn, judgeAnswers } from '../sim-services/service-call.ts';
import { lockServiceCall } from '../sim-services/service-call.repository.ts';
import { takeInAnswers } from '../sim-services/service-call.service.ts';
import type { ConnectionKeeper } from './provider-connection.service.ts';
import { asWords } from './provider-exchange.ts';
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
 * Takes a signal in. It is stored, and judged if its order or change is one of this provider's, before this resolves.
 * The same message again gets the first receipt and changes nothing.
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

/** Takes a stored signal in anew, as operations ask: a new receipt and, if its subject is there now, a new judgement. */
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
    const body = code === null || isServicesSignal(kept) ? kept : withActivationCode(kept, code);
    const content = { accountId, providerId: signal.provider_id, body };
    return store(dependencies, tx, content, { messageId: signal.message_id, bodyHash: signal.body_hash, replay });
  });
  if (answer.intake === 'accepted') kick();
  return answer;
};

interface SignalContent<Body = ProviderSignalBody> {
  readonly accountId: string;
  readonly providerId: string;
  readonly body: Body;
}

type SignalIdentity = Pick<NewSignal, 'messageId' | 'bodyHash' | 'replay'>;

const store = (
  { sealer }: SignalDependencies,
  tx: Tx,
  { body, ...from }: SignalContent,
  identity: SignalIdentity,
): Promise<SignalReceipt> =>
  isServicesSignal(body)
    ? storeAboutChange(tx, { ...from, body }, identity)
    : storeAboutOrder(sealer, tx, { ...from, body }, identity);

const storeAboutOrder = async (
  sealer: Sealer,
  tx: Tx,
  { accountId, providerId, body }: SignalContent<OrderSignalBody>,
  identity: SignalIdentity,
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
    answered: null,
    occurredAt: statement.occurredAt,
    body: bodyToKeep(body),
    activationCodeSealed:
      activationCode === null ? null : sealer.seal(activationCode, activationCodeSealedFor(accountId, receipt)),
  });
  if (!stored) return duplicateOf(tx, accountId, { providerId, ...identity });
  if (!known || factId === null) return { receipt, intake: 'unknown_order' };
  const origin = { source: 'provider', actorId: null, causeId: receipt } as const;
  await takeInWord(tx, order, facts, toWord(sealer, order, { ...statement, origin, factId }));
  return { receipt, intake: 'accepted' };
};

/** An answer to a change of services, by the rules of service calls: the first one stands. */
const storeAboutChange = async (
  tx: Tx,
  { accountId, providerId, body }: SignalContent<ServicesSignalBody>,
  identity: SignalIdentity,
): Promise<SignalReceipt> => {
  // The call's lock comes first, as with orders.
  const call = await lockServiceCall(tx, accountId, body.data.changeId);
  const known = call?.providerId === providerId ? call : undefined;
  const said = answersIn(body.data.results, asWords);
  const receipt = uuidV7();
  const intake = known === undefined ? 'unknown_change' : 'accepted';
  const stored = await insertSignal(tx, accountId, {
    ...identity,
    id: receipt,
    providerId,
    type: body.type,
    intake,
    orderId: null,
    factId: null,
    answered:
      known === undefined ? null : { changeId: known.changeId, disposition: judgeAnswers(known, said).disposition },
    occurredAt: new Date(body.occurredAt),
    body: bodyToKeep(body),
    activationCodeSealed: null,
  });
  if (!stored) return duplicateOf(tx, accountId, { providerId, ...identity });
  if (known !== undefined) await takeInAnswers(tx, known, said, 'signalled');
  return { receipt, intake };
};

const duplicateOf = async (
  tx: Tx,
  accountId: string,
  identity: Pick<NewSignal, 'providerId' | 'messageId' | 'bodyHash'>,
): Promise<SignalReceipt> => {
  const first = await findSameSignal(tx, accountId, identity);
  if (first === undefined) throw new Error('a signal that is there cannot be found');
  return { receipt: first.id, intake: 'duplicate' };
};

/** The provider goes on speaking of the order that it knows; what another order has adopted is said of that one. */
const lockOrderSpokenOf = async (tx: Tx, accountId: string, orderId: string): Promise<StoredOrder | undefined> => {
  const order = await lockOrder(tx, accountId, orderId);
  return order?.adoptedBy == null ? order : lockOrderSpokenOf(tx, accountId, order.adoptedBy);
};

const withActivationCode = (body: OrderSignalBody, activationCode: string): OrderSignalBody =>
  'activationCode' in body.data && body.data.activationCode === ACTIVATION_CODE_PLACEHOLDER
    ? { ...body, data: { ...body.data, activationCode } }
    : body;

const badSignature = (): ProblemError =>
  new ProblemError('unauthenticated', 'The signature or its time stamp is not right');
