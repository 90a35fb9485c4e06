import type { Sim } from '@simlane/contracts/http/fleet';
import { type Language, usableName } from '@simlane/contracts/http/primitives';
import type { QrRequestDraft } from '@simlane/contracts/http/qr-code';
import type { RequestMessages } from '@simlane/contracts/http/qr-request-messages';
import type { Caller } from '@simlane/service-kit/authentication';
import { readInAccount } from '@simlane/service-kit/postgres';
import { UnavailableError } from '@simlane/service-kit/problem';
import type { Catalog, QrRequestFacts } from '../actions/catalog.ts';
import { qrCodeContact } from '../actions/conditions.ts';
import type { Database, Transaction } from '../database.ts';
import { findLine } from '../fleet/line.repository.ts';
import { findProviderReference } from '../replacement/sim-replacement.repository.ts';
import { requireConditions, requireQrUser } from './qr-code-access.ts';
import { findRequest } from './qr-request.repository.ts';
import { requestMessages } from './qr-request-texts.ts';

/** What the catalog knows for a request, asked afresh. @throws UnavailableError, and `action_not_available` without a contact */
export const factsFor = async (catalog: Catalog, accountId: string, sim: Sim): Promise<QrRequestFacts> => {
  const facts = await catalog.qrRequestFacts(accountId, sim);
  if (!facts.known) throw new UnavailableError('The catalog', 'does not answer');
  const { distributorName, contacts } = facts.value;
  requireConditions([qrCodeContact({ known: true, value: { distributorName, contacts: contacts.length } })]);
  return facts.value;
};

/** A SIM as its request tells of it. */
export interface SimToAskFor {
  readonly sim: Sim;
  readonly msisdn: string | null;
  readonly providerReference: string | null;
}

export const simForRequest = (db: Database, caller: Caller, simId: string): Promise<SimToAskFor> =>
  readInAccount(db, caller.accountId, async (tx) => {
    const sim = await requireQrUser(tx, caller, simId);
    return simToAskFor(tx, caller.accountId, sim);
  });

export const simToAskFor = async (tx: Transaction, accountId: string, sim: Sim): Promise<SimToAskFor> => ({
  sim,
  msisdn: await msisdnOf(tx, sim, accountId),
  providerReference: await findProviderReference(tx, accountId, sim.id),
});

export const msisdnOf = async (tx: Transaction, { lineId }: Sim, accountId: string): Promise<string | null> =>
  lineId === null ? null : ((await findLine(tx, { accountId }, lineId))?.msisdn ?? null);

/** One message for each of the languages, as it is before anybody edits it. */
export const prefilled = (
  languages: readonly Language[],
  { sim, msisdn, providerReference }: SimToAskFor,
  { facts, requesterName }: { facts: QrRequestFacts; requesterName: string },
): RequestMessages =>
  requestMessages(languages, {
    accountName: facts.accountName,
    requesterName,
    msisdn,
    iccid: sim.iccid,
    temporaryReference: sim.temporaryReference,
    providerName: facts.providerName,
    providerReference,
  });

/** What the window shows before anything is sent. Keeps nothing. */
export const draftRequest = async (
  { db, catalog }: { readonly db: Database; readonly catalog: Catalog },
  caller: Caller,
  simId: string,
): Promise<QrRequestDraft> => {
  const asked = await simForRequest(db, caller, simId);
  const facts = await factsFor(catalog, caller.accountId, asked.sim);
  const open = await readInAccount(db, caller.accountId, (tx) =>
    findRequest(tx, caller.accountId, { openOfSim: simId }),
  );
  const languages = facts.contacts.map(({ language }) => language);
  return {
    simId,
    distributorName: facts.distributorName ?? '',
    recipients: facts.contacts.map(({ id, name, email, language }) => ({ contactId: id, name, email, language })),
    cc: [],
    messages: prefilled(languages, asked, { facts, requesterName: usableName(caller.name) ?? 'Simlane user' }),
    openRequestId: open?.id ?? null,
  };
};
