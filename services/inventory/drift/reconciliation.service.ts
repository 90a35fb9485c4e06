/** SIMs are compared with what their providers report: portion by portion, and nothing but proposals comes of it. */
import type { ServiceReconciliation } from '@simlane/contracts/http/drift-proposals';
import type { ReconciliationPortion } from '@simlane/contracts/http/service-reconciliation-internal';
import type { Caller } from '@simlane/service-kit/authentication';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Database, Transaction } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { timeNow } from '../sim-services/clock.ts';
import { readManyServices } from '../sim-services/sim-services.repository.ts';
import { compare, type ReportedSim } from './comparing.ts';
import { isComparable } from './drift.ts';
import { isSamePlace, isUnderWay, PORTION_SIMS } from './reconciliation.ts';
import { setReconciliationDue } from './reconciliation-due.ts';
import {
  findReconciliation,
  insertReconciliation,
  lockReconciliation,
  type Place,
  type Reconciliation,
  type ReconciliationRef,
  simsAfter,
  updateReconciliation,
} from './reconciliation.repository.ts';

const shown = ({ place: _place, accountId: _accountId, ...reconciliation }: Reconciliation): ServiceReconciliation => ({
  ...reconciliation,
  askedAt: reconciliation.askedAt?.toISOString() ?? null,
  beganAt: reconciliation.beganAt?.toISOString() ?? null,
  endedAt: reconciliation.endedAt?.toISOString() ?? null,
});

/**
 * Asks for a reconciliation, of a SIM or of all of the account. One that is wanted already, and has not begun, is the
 * one; one that has begun is followed by another.
 *
 * @throws ProblemError `not_found`
 */
export const askForReconciliation = async (
  { db, onDue }: { readonly db: Database; readonly onDue: () => void },
  caller: Caller,
  simId: string | null,
): Promise<ServiceReconciliation> => {
  const { accountId } = caller;
  const ref = { accountId, id: simId ?? accountId };
  const asked = await inAccount(db, accountId, async (tx) => {
    if (simId !== null && (await findSim(tx, visibilityOf(caller), simId)) === undefined) {
      throw notFound('There is no such SIM');
    }
    const now = timeNow();
    await insertReconciliation(tx, ref, { simId });
    await lockReconciliation(tx, ref);
    await updateReconciliation(tx, ref, { askedAt: now });
    await setReconciliationDue(tx, ref, now);
    return readReconciliation(tx, ref);
  });
  onDue();
  return asked;
};

const noReconciliation = () => notFound('Nobody has asked for such a reconciliation yet');

const readReconciliation = async (tx: Transaction, ref: ReconciliationRef): Promise<ServiceReconciliation> => {
  const reconciliation = await findReconciliation(tx, ref);
  if (reconciliation === undefined) throw noReconciliation();
  return shown(reconciliation);
};

/** @throws ProblemError `not_found` */
export const showReconciliation = (db: Database, caller: Caller, id: string): Promise<ServiceReconciliation> =>
  readInAccount(db, caller.accountId, async (tx) => {
    if (id !== caller.accountId && (await findSim(tx, visibilityOf(caller), id)) === undefined) {
      throw notFound('There is no such SIM');
    }
    return readReconciliation(tx, { accountId: caller.accountId, id });
  });

/** The time for it has come: it is wanted from now on, unless it is already. */
export const wantReconciliation = (db: Database, ref: ReconciliationRef): Promise<void> =>
  inAccount(db, ref.accountId, async (tx) => {
    const reconciliation = await lockReconciliation(tx, ref);
    if (reconciliation?.askedAt === null) await updateReconciliation(tx, ref, { askedAt: timeNow() });
  });

/** The SIMs to be asked about next, all of one provider; null where none is left, which ends it, or none is wanted. */
export const takePortion = (db: Database, ref: ReconciliationRef): Promise<ReconciliationPortion | null> =>
  inAccount(db, ref.accountId, async (tx) => {
    const now = timeNow();
    const reconciliation = await begin(tx, await lockReconciliation(tx, ref), now);
    if (reconciliation === null) return null;
    const after = reconciliation.place;
    const portion = await nextPortion(tx, reconciliation, after, now);
    if (portion === null) await end(tx, reconciliation, now);
    await setReconciliationDue(tx, ref, now);
    return portion;
  });

const begin = async (
  tx: Transaction,
  reconciliation: Reconciliation | undefined,
  now: Date,
): Promise<Reconciliation | null> => {
  if (reconciliation === undefined) throw noReconciliation();
  if (reconciliation.askedAt === null) return null;
  if (isUnderWay(reconciliation)) return reconciliation;
  const begun = { beganAt: now, endedAt: null, place: null, compared: 0, unread: 0 };
  await updateReconciliation(tx, reconciliation, begun);
  return { ...reconciliation, ...begun };
};

/** Whoever has asked since it began gets another one. */
const end = (tx: Transaction, reconciliation: Reconciliation, now: Date): Promise<void> => {
  const { askedAt, beganAt } = reconciliation;
  const isAskedAgain = askedAt !== null && beganAt !== null && askedAt > beganAt;
  return updateReconciliation(tx, reconciliation, {
    askedAt: isAskedAgain ? askedAt : null,
    endedAt: now,
    place: null,
  });
};

const nextPortion = async (
  tx: Transaction,
  reconciliation: Reconciliation,
  after: Place | null,
  now: Date,
): Promise<ReconciliationPortion | null> => {
  const { accountId } = reconciliation;
  const found = await simsAfter(tx, reconciliation, { place: after, limit: PORTION_SIMS });
  const [first] = found;
  if (first === undefined) return null;
  const ofProvider = found.filter(({ providerId }) => providerId === first.providerId);
  const last = ofProvider.at(-1) ?? first;
  const kept = await readManyServices(
    tx,
    accountId,
    ofProvider.map(({ simId }) => simId),
  );
  const sims = ofProvider.flatMap(({ simId, iccid }) => {
    const { services, version } = kept.get(simId) ?? {};
    if (services === undefined || version === undefined) return [];
    return isComparable(services, { iccid, isInUse: true }, now) ? [{ simId, iccid, version }] : [];
  });
  const upTo = { providerId: last.providerId, simId: last.simId };
  return { after, upTo, providerId: first.providerId, sims };
};

/** Takes what providers have reported of a portion, and notes up to where that is done. A repeat changes nothing. */
export const recordReported = (
  db: Database,
  ref: ReconciliationRef,
  {
    after,
    upTo,
    sims,
    unread,
  }: {
    readonly after: Place | null;
    readonly upTo: Place | null;
    readonly sims: readonly ReportedSim[];
    readonly unread: number;
  },
): Promise<void> =>
  inAccount(db, ref.accountId, async (tx) => {
    const reconciliation = await lockReconciliation(tx, ref);
    if (reconciliation === undefined) throw noReconciliation();
    if (!isUnderWay(reconciliation) || !isSamePlace(reconciliation.place, after)) return;
    const now = timeNow();
    await compare(tx, ref.accountId, sims, now);
    await updateReconciliation(tx, ref, {
      ...(upTo === null ? {} : { place: upTo }),
      compared: reconciliation.compared + sims.length,
      unread: reconciliation.unread + unread,
    });
    await setReconciliationDue(tx, ref, now);
  });
