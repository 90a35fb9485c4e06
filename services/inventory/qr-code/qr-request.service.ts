import type { Language } from '@simlane/contracts/http/primitives';
import type { QrRequest } from '@simlane/contracts/http/qr-code';
import type { RequestMessages } from '@simlane/contracts/http/qr-request-messages';
import type { QrRequestState } from '@simlane/contracts/qr-code';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { onceUnderKey } from '@simlane/service-kit/once-under-key';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { type KeyedRequest, requireSameBody } from '@simlane/service-kit/idempotency-key';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Catalog, QrRequestFacts } from '../actions/catalog.ts';
import type { Database, Transaction } from '../database.ts';
import type { PageOfNewest } from '../fleet/page.ts';
import { findSim, lockSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { byCaller } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { endRequest } from './ending.ts';
import { listLinks } from './link.repository.ts';
import type { StoredLink } from './link.ts';
import { findEsim, requireQrUser } from './qr-code-access.ts';
import { personOf } from './person.ts';
import { setRequestDue } from './request-due.ts';
import { type Person, type RequestContact, requestExpiry, type StoredRequest } from './qr-request.ts';
import {
  correctAddresses,
  findRequest,
  findRequestOfKey,
  forgetReturns,
  listRequests,
  lockRequest,
  resendKeyOf,
  updateRequest,
} from './qr-request.repository.ts';
import { requireRoom } from './limits.ts';
import { addRequest, addUploadLinks } from './qr-request-adding.ts';
import { factsFor, prefilled, simForRequest } from './qr-request-draft.ts';

export interface QrRequests {
  readonly db: Database;
  readonly catalog: Catalog;
  readonly onDue: () => void;
}

/** The request, as it is shown, with what each contact did. */
export const toQrRequest = (request: StoredRequest, links: readonly StoredLink[]): QrRequest => ({
  id: request.id,
  simId: request.simId,
  state: request.state,
  endReason: request.endReason,
  endedAt: request.endedAt?.toISOString() ?? null,
  requestedBy: { ...request.requestedBy },
  orderId: request.orderId,
  recipients: request.contacts.map(({ contactId, name, email, language, returned }) => ({
    contactId,
    name,
    email,
    language,
    returned: returned && { as: returned.as, at: returned.at.toISOString() },
    lastUsedAt:
      links
        .flatMap((link) => (link.contactId === contactId && link.lastUsedAt !== null ? [link.lastUsedAt] : []))
        .toSorted((one, other) => other.getTime() - one.getTime())[0]
        ?.toISOString() ?? null,
  })),
  cc: [...request.cc],
  messages: request.messages,
  sendings: request.sendings,
  sentAt: request.sentAt?.toISOString() ?? null,
  reminders: request.reminders,
  createdAt: request.createdAt.toISOString(),
  expiresAt: request.expiresAt.toISOString(),
  version: request.version,
});

export interface NewRequest {
  readonly simId: string;
  readonly contactIds?: readonly string[] | undefined;
  readonly cc: readonly string[];
  readonly messages?: RequestMessages | undefined;
}

/**
 * Makes a request: its mails are owed from now on, one to each contact with a link of its own. A repeat under the key
 * is answered with the request as it is by then.
 *
 * @throws ProblemError `action_not_available`, `recipient_not_eligible`, `qr_request_open`, `idempotency_key_reused`
 */
export const createRequest = (
  qrRequests: QrRequests,
  caller: Caller,
  wanted: NewRequest,
  key: string,
): Promise<QrRequest> => {
  const { accountId, sub } = caller;
  const origin: KeyedRequest = { caller: sub, key, bodyHash: bodyHash(wanted) };
  return onceUnderKey({
    find: () => readInAccount(qrRequests.db, accountId, (tx) => requestOfKey(tx, accountId, origin)),
    make: () => makeRequest(qrRequests, caller, wanted, origin),
    constraint: 'qr_request_key',
  });
};

const makeRequest = async (
  { db, catalog, onDue }: QrRequests,
  caller: Caller,
  wanted: NewRequest,
  origin: KeyedRequest,
): Promise<QrRequest> => {
  const { accountId } = caller;
  const requestedBy = requesterOf(caller);
  const asked = await simForRequest(db, caller, wanted.simId);
  const facts = await factsFor(catalog, accountId, asked.sim);
  const contacts = chosenContacts(facts, wanted.contactIds);
  const languages = contacts.map(({ language }) => language);
  const messages = {
    ...prefilled(languages, asked, { facts, requesterName: requestedBy.name }),
    ...given(wanted.messages),
  };
  const made = await inAccount(db, accountId, async (tx) => {
    await requireQrUser(tx, caller, wanted.simId);
    await requireRoom(tx, accountId, ['requests', 'mails']);
    const id = await addRequest(tx, accountId, {
      simId: wanted.simId,
      orderId: null,
      requestedBy,
      contacts,
      cc: distinctAddresses(wanted.cc),
      messages: onlyLanguages(messages, languages),
      origin: byCaller(caller),
      key: origin,
    });
    return requestAfter(tx, accountId, id);
  });
  onDue();
  return made;
};

const given = (messages: RequestMessages | undefined): RequestMessages =>
  Object.fromEntries(Object.entries(messages ?? {}).filter(([, message]) => message !== undefined));

const onlyLanguages = (messages: RequestMessages, languages: readonly Language[]): RequestMessages =>
  Object.fromEntries(Object.entries(messages).filter(([language]) => languages.includes(language as Language)));

const distinctAddresses = (addresses: readonly string[]): string[] => [
  ...new Map(addresses.map((address) => [address.toLowerCase(), address])).values(),
];

/** @throws ProblemError `invalid_request` for a caller without an address: whoever asks has to be told */
const requesterOf = (caller: Caller): Person => {
  const person = personOf(caller);
  if (person !== null) return person;
  throw new ProblemError(
    'invalid_request',
    'Your token has no e-mail address that mails can be sent to, and whoever asks is told of the code',
    {
      fix: 'Ask with the token of a person',
      errors: [{ pointer: '', detail: 'The token needs the claim email' }],
    },
  );
};

/** @throws ProblemError `recipient_not_eligible` for one who is no contact of the SIM's distributor with the role */
const chosenContacts = (
  { contacts, distributorName }: QrRequestFacts,
  contactIds: readonly string[] | undefined,
): RequestContact[] => {
  const wanted = contactIds === undefined ? null : new Set(contactIds);
  const unknown = [...(wanted ?? [])].filter((id) => !contacts.some((contact) => contact.id === id));
  if (unknown.length > 0) {
    throw new ProblemError(
      'recipient_not_eligible',
      `Not a contact of ${distributorName ?? 'the distributor'} with the role eSIM QR Code: ${unknown.join(', ')}`,
      {
        fix: 'Choose among the recipients of the draft',
        errors: [{ pointer: '/contactIds', detail: unknown.join(', ') }],
      },
    );
  }
  return contacts
    .filter(({ id }) => wanted?.has(id) ?? true)
    .map(({ id, name, email, language }) => ({
      contactId: id,
      name,
      email,
      language,
      returned: null,
      returnTold: false,
    }));
};

export const requestAfter = async (tx: Transaction, accountId: string, id: string): Promise<QrRequest> => {
  const request = await findRequest(tx, accountId, { id });
  if (request === undefined) throw noRequest();
  return toQrRequest(request, await listLinks(tx, accountId, { requestId: id }));
};

const requestOfKey = async (
  tx: Transaction,
  accountId: string,
  origin: KeyedRequest,
): Promise<QrRequest | undefined> => {
  const before = await findRequestOfKey(tx, accountId, origin);
  if (before === undefined) return undefined;
  requireSameBody(before, origin);
  return requestAfter(tx, accountId, before.id);
};

const noRequest = (): ProblemError => notFound('There is no such request');

/** The request with its SIM, which the caller has to see. */
const visibleRequest = async (tx: Transaction, caller: Caller, id: string): Promise<StoredRequest> => {
  const request = await findRequest(tx, caller.accountId, { id });
  if (request === undefined) throw noRequest();
  // A temporary eSIM that was rolled back has gone; its request is still told of.
  if (request.state === 'open') await findEsim(tx, caller, request.simId);
  return request;
};

export const readRequest = (db: Database, caller: Caller, id: string): Promise<QrRequest> =>
  readInAccount(db, caller.accountId, async (tx) => {
    await visibleRequest(tx, caller, id);
    return requestAfter(tx, caller.accountId, id);
  });

export const listQrRequests = (
  db: Database,
  caller: Caller,
  filters: { readonly simId?: string | undefined; readonly state?: QrRequestState | undefined },
  page: PageOfNewest,
): Promise<{ items: QrRequest[]; nextCursor: string | null }> =>
  readInAccount(db, caller.accountId, async (tx) => {
    if (filters.simId !== undefined && (await findSim(tx, visibilityOf(caller), filters.simId)) === undefined) {
      return { items: [], nextCursor: null };
    }
    const { items, nextCursor } = await listRequests(tx, caller.accountId, filters, page);
    const shown: QrRequest[] = [];
    for (const request of items) {
      shown.push(toQrRequest(request, await listLinks(tx, caller.accountId, { requestId: request.id })));
    }
    return { items: shown, nextCursor };
  });

/** Takes the SIM and then the request, open, for a command of the caller. */
const takeOpenRequest = async (tx: Transaction, caller: Caller, id: string): Promise<StoredRequest> => {
  const { simId, state } = await visibleRequest(tx, caller, id);
  if (state === 'open') {
    await requireQrUser(tx, caller, simId);
    await lockSim(tx, visibilityOf(caller), simId);
  }
  const request = await lockRequest(tx, caller.accountId, { id });
  if (request === undefined) throw noRequest();
  return request;
};

const alreadyEnded = ({ endReason }: StoredRequest): ProblemError =>
  new ProblemError('qr_request_state', `The request has ended: ${endReason}`, { fix: 'Make a new request' });

/** Ends an open request; one that was cancelled before stays so. @throws ProblemError `qr_request_state` */
export const cancelRequest = async ({ db, onDue }: QrRequests, caller: Caller, id: string): Promise<QrRequest> => {
  const cancelled = await inAccount(db, caller.accountId, async (tx) => {
    const request = await takeOpenRequest(tx, caller, id);
    if (request.state === 'open') {
      await endRequest(tx, request, { origin: byCaller(caller), reason: 'cancelled', now: new Date() });
    } else if (request.endReason !== 'cancelled') throw alreadyEnded(request);
    return requestAfter(tx, caller.accountId, id);
  });
  onDue();
  return cancelled;
};

/**
 * Sends an open request again: new links, the earlier ones are dead, reminders and expiry count from now. A repeat
 * under the key sends nothing more.
 *
 * @throws ProblemError `qr_request_state`, `recipient_not_eligible` where none of the contacts has the role any more
 */
export const resendRequest = async (
  { db, catalog, onDue }: QrRequests,
  caller: Caller,
  id: string,
  key: string,
): Promise<QrRequest> => {
  const { accountId } = caller;
  const sim = await readInAccount(db, accountId, async (tx) => {
    const { simId } = await visibleRequest(tx, caller, id);
    return findEsim(tx, caller, simId);
  });
  const facts = await factsFor(catalog, accountId, sim);
  const sent = await inAccount(db, accountId, async (tx) => {
    const request = await takeOpenRequest(tx, caller, id);
    if (request.state !== 'open') throw alreadyEnded(request);
    const repeat = `${caller.sub} ${key}`;
    if ((await resendKeyOf(tx, accountId, id)) === repeat) return requestAfter(tx, accountId, id);
    // As the catalog has them now: who corrects an address after a mail came back sends again for it.
    const contacts = request.contacts.flatMap((asked) => {
      const contact = facts.contacts.find(({ id: known }) => known === asked.contactId);
      return contact === undefined ? [] : [{ ...asked, name: contact.name, email: contact.email }];
    });
    if (contacts.length === 0) {
      throw new ProblemError(
        'recipient_not_eligible',
        'None of those who were asked has the role eSIM QR Code any more',
        {
          fix: 'Cancel this request and make a new one',
        },
      );
    }
    await requireRoom(tx, accountId, ['mails']);
    const now = new Date();
    const again = { ...request, sendings: request.sendings + 1, expiresAt: requestExpiry(now) };
    await updateRequest(tx, request, { sending: { number: again.sendings, key: repeat, expiresAt: again.expiresAt } });
    await forgetReturns(tx, request);
    await correctAddresses(tx, request, contacts);
    await addUploadLinks(tx, again, contacts, now);
    await addToTimeline(tx, accountId, byCaller(caller), [
      {
        subject: { type: 'qr_request', id },
        event: 'qr_request_sent_again',
        data: { sending: again.sendings, recipients: contacts.map(({ contactId }) => contactId) },
      },
    ]);
    await setRequestDue(tx, request, now);
    return requestAfter(tx, accountId, id);
  });
  onDue();
  return sent;
};
