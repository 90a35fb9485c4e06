/** What order asks for: a code that came with a provider's word, and the request that an order was to make. */
import type { Condition } from '@simlane/contracts/http/actions';
import type { Problem } from '@simlane/contracts/http/problem';
import type { RouteAnswer } from '@simlane/contracts/http/route';
import type { qrCodeInternalRoutes } from '@simlane/contracts/http/qr-code-internal';
import type { QrRequestObstacle } from '@simlane/contracts/qr-code';
import type { Actor } from '@simlane/service-kit/authentication';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError, toProblem, UnavailableError } from '@simlane/service-kit/problem';
import { findLinesForActions, findSimForActions } from '../actions/action-facts.repository.ts';
import type { Catalog } from '../actions/catalog.ts';
import { enabledInProfile, qrCodeContact, roleAllows } from '../actions/conditions.ts';
import type { Database, Transaction } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { findReplacement } from '../replacement/sim-replacement.repository.ts';
import { importCode, type QrCodes } from './import.service.ts';
import { findLiveCodes } from './qr-code.repository.ts';
import type { Person, RequestContact } from './qr-request.ts';
import { findRequest } from './qr-request.repository.ts';
import type { QrRequests } from './qr-request.service.ts';
import { addRequest } from './qr-request-adding.ts';
import { prefilled, simToAskFor } from './qr-request-draft.ts';

export interface OrderedSim {
  readonly accountId: string;
  readonly orderId: string;
  readonly factId: string;
  readonly orderedBy: Person;
}

/** Null: the eSIM of the order has gone. @throws ProblemError `not_found`, `order_state` as long as there is none yet */
const esimOfOrder = async (tx: Transaction, accountId: string, orderId: string): Promise<string | null> => {
  const found = await findReplacement(tx, { accountId, orderId });
  const { state, newSimId } = found?.replacement ?? { state: 'refused', newSimId: null };
  if (state === 'refused') throw notFound('Inventory has nothing for this order');
  if (state === 'rolled_back') return null;
  if (newSimId === null) {
    throw new ProblemError('order_state', 'The order has no eSIM yet', { fix: 'Ask again when it has' });
  }
  const sim = await findSim(tx, { accountId }, newSimId);
  return sim === undefined || sim.state === 'discarded' ? null : newSimId;
};

type ImportAnswer = RouteAnswer<typeof qrCodeInternalRoutes.importOrderedCode>;

/** As an import of the provider. What it refuses is an answer: a refused code never stops a replacement. */
export const importOrderedCode = async (
  qrCodes: QrCodes,
  { accountId, orderId, factId, orderedBy }: OrderedSim,
  { activationCode, occurredAt }: { readonly activationCode: string; readonly occurredAt: string },
): Promise<ImportAnswer> => {
  const simId = await readInAccount(qrCodes.db, accountId, (tx) => esimOfOrder(tx, accountId, orderId));
  if (simId === null) return { outcome: 'sim_ended' };
  try {
    const { outcome } = await importCode(qrCodes, {
      accountId,
      simId,
      importer: { source: 'provider', orderId, factId, occurredAt, orderedBy },
      input: { text: activationCode },
      confirmationCodeRequired: false,
      acceptWarnings: [],
    });
    return { outcome: outcome === 'waiting' ? 'imported' : outcome };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return refusal === 'sim_ended' ? { outcome: 'sim_ended' } : { outcome: 'refused', problem: refusal };
  }
};

const REFUSALS: readonly string[] = ['not_activation_code', 'activation_code_in_use'];

const refusalOf = (error: unknown): Omit<Problem, 'instance'> | 'sim_ended' | null => {
  if (!(error instanceof ProblemError)) return null;
  if (error.code === 'sim_state' || error.code === 'not_found') return 'sim_ended';
  if (!REFUSALS.includes(error.code)) return null;
  const { instance: _, ...problem } = toProblem(error, '');
  return problem;
};

/** The conditions of a QR request for the eSIM to come, as the acting person has them. @throws ProblemError `not_found` */
export const requestOutlook = async (
  { db, catalog }: { readonly db: Database; readonly catalog: Catalog },
  { accountId, actor }: { readonly accountId: string; readonly actor: Actor },
  { lineId, distributorId }: { readonly lineId: string; readonly distributorId: string },
): Promise<Condition[]> => {
  const asker = { accountId, sub: actor.sub, roles: actor.roles };
  const [facts] = await readInAccount(db, accountId, (tx) =>
    findLinesForActions(tx, visibilityOf(asker), { lineId }, asker.sub),
  );
  if (facts === undefined) throw notFound('There is no such line');
  const caller = { roles: asker.roles, profile: facts.profile };
  return [
    qrCodeContact(await catalog.qrCodeContacts(accountId, distributorId)),
    enabledInProfile(caller, 'generate_esim_qr_code', facts.line.slot),
    roleAllows(caller, 'generate_esim_qr_code'),
  ];
};

type RequestAnswer = RouteAnswer<typeof qrCodeInternalRoutes.requestForOrder>;

/** Asks for the code of an order's eSIM, once an order. What stands in the way by then is an answer, not a failure. */
export const requestForOrder = async (
  { db, catalog, onDue }: QrRequests,
  { accountId, orderId, factId, orderedBy }: OrderedSim,
): Promise<RequestAnswer> => {
  const standing = await readInAccount(db, accountId, async (tx) => {
    const before = await findRequest(tx, accountId, { orderId });
    if (before !== undefined) return { before: before.id };
    const simId = await esimOfOrder(tx, accountId, orderId);
    const sim = simId === null ? undefined : await findSim(tx, { accountId }, simId);
    if (sim === undefined) return { sim: null };
    const obstacle = await obstacleIn(tx, { accountId, sub: orderedBy.id, simId: sim.id });
    return { sim, asked: await simToAskFor(tx, accountId, sim), obstacle };
  });
  if ('before' in standing) return { outcome: 'requested', requestId: standing.before };
  if (standing.sim === null) return impossible('sim_ended', 'The eSIM of the order has ended');
  if (standing.obstacle !== null) return standing.obstacle;
  const { sim, asked } = standing;
  const facts = await catalog.qrRequestFacts(accountId, sim);
  if (!facts.known) throw new UnavailableError('The catalog', 'does not answer');
  const { contacts, distributorName } = facts.value;
  if (contacts.length === 0) {
    return impossible(
      'no_contact',
      `No contact of ${distributorName ?? 'a distributor'} has the role eSIM QR Code; an administrator can give it`,
    );
  }
  const recipients: RequestContact[] = contacts.map(({ id, name, email, language }) => ({
    contactId: id,
    name,
    email,
    language,
    returned: null,
    returnTold: false,
  }));
  const requestId = await inAccount(db, accountId, async (tx) => {
    const before = await findRequest(tx, accountId, { orderId });
    if (before !== undefined) return before.id;
    return addRequest(tx, accountId, {
      simId: sim.id,
      orderId,
      requestedBy: orderedBy,
      contacts: recipients,
      cc: [],
      messages: prefilled(
        recipients.map(({ language }) => language),
        asked,
        { facts: facts.value, requesterName: orderedBy.name },
      ),
      origin: { source: 'workflow', actorId: null, causeId: factId },
      key: null,
    });
  });
  onDue();
  return { outcome: 'requested', requestId };
};

const impossible = (obstacle: QrRequestObstacle, detail: string): RequestAnswer => ({
  outcome: 'impossible',
  obstacle,
  detail,
});

/** The profile is looked at as it is by now; the roles were when the order was confirmed. */
const obstacleIn = async (
  tx: Transaction,
  { accountId, sub, simId }: { accountId: string; sub: string; simId: string },
): Promise<RequestAnswer | null> => {
  const facts = await findSimForActions(tx, { accountId }, simId, sub);
  if (facts !== undefined) {
    const enabled = enabledInProfile({ roles: [], profile: facts.profile }, 'generate_esim_qr_code', facts.slot);
    if (enabled.state !== 'met') return impossible('not_enabled', enabled.detail);
  }
  const { current } = await findLiveCodes(tx, accountId, simId);
  if (current !== null) return impossible('code_imported', 'The eSIM has its QR code already');
  const open = await findRequest(tx, accountId, { openOfSim: simId });
  return open === undefined ? null : impossible('request_open', `The request ${open.id} is open`);
};
