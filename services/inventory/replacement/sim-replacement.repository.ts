import type { IccidIssue, Reservation } from '@simlane/contracts/http/inventory-internal';
import type { ReplacementState } from '@simlane/contracts/sim';
import type { Selectable } from 'kysely';
import type { SimReplacementTable, Transaction } from '../database.ts';
import type { ReservationRequest } from './reservation.ts';
import type { Replacement } from './sim-replacement.ts';

const columns = [
  'order_id',
  'attempt',
  'state',
  'action',
  'activate',
  'line_id',
  'old_sim_id',
  'provider_id',
  'distributor_id',
  'new_sim_id',
  'temporary_reference',
  'entered_iccid',
  'signalled_iccid',
  'signalled_eid',
  'iccid',
  'iccid_issue',
] as const satisfies readonly (keyof SimReplacementTable)[];

const toReplacement = (row: Pick<Selectable<SimReplacementTable>, (typeof columns)[number]>): Replacement => ({
  orderId: row.order_id,
  attempt: row.attempt,
  state: row.state,
  action: row.action,
  activate: row.activate,
  lineId: row.line_id,
  oldSimId: row.old_sim_id,
  providerId: row.provider_id,
  distributorId: row.distributor_id,
  newSimId: row.new_sim_id,
  temporaryReference: row.temporary_reference,
  enteredIccid: row.entered_iccid,
  signalledIccid: row.signalled_iccid,
  signalledEid: row.signalled_eid,
  iccid: row.iccid,
  iccidIssue: row.iccid_issue,
});

interface OrderRef {
  readonly accountId: string;
  readonly orderId: string;
}

const rowOf = (tx: Transaction, { accountId, orderId }: OrderRef) =>
  tx.selectFrom('sim_replacement').where('account_id', '=', accountId).where('order_id', '=', orderId);

/** Takes the replacement for this transaction; line and SIMs are taken after it, wherever more than one is. */
export const lockReplacement = async (tx: Transaction, order: OrderRef): Promise<Replacement | undefined> => {
  const row = await rowOf(tx, order).select(columns).forUpdate().executeTakeFirst();
  return row && toReplacement(row);
};

/** Takes the replacement that put this SIM onto its line, if one did. */
export const lockReplacementOfNewSim = async (
  tx: Transaction,
  accountId: string,
  simId: string,
): Promise<Replacement | undefined> => {
  const row = await tx
    .selectFrom('sim_replacement')
    .select(columns)
    .where('account_id', '=', accountId)
    .where('new_sim_id', '=', simId)
    .where('state', '=', 'committed')
    .forUpdate()
    .executeTakeFirst();
  return row && toReplacement(row);
};

/** The replacement together with the ICCID that its new SIM has; null before that SIM has one. */
export const findReplacement = async (
  tx: Transaction,
  order: OrderRef,
): Promise<{ replacement: Replacement; simIccid: string | null } | undefined> => {
  const row = await tx
    .selectFrom('sim_replacement as r')
    .leftJoin('sim as s', (join) => join.onRef('s.account_id', '=', 'r.account_id').onRef('s.id', '=', 'r.new_sim_id'))
    .select(columns.map((column) => `r.${column}` as const))
    .select('s.iccid as sim_iccid')
    .where('r.account_id', '=', order.accountId)
    .where('r.order_id', '=', order.orderId)
    .executeTakeFirst();
  return row && { replacement: toReplacement(row), simIccid: row.sim_iccid };
};

export interface StoredAnswer {
  readonly attempt: number;
  readonly state: ReplacementState;
  readonly answer: Reservation;
}

/** The answer that the reservation of this order was given, word for word. */
export const findStoredAnswer = async (
  tx: Transaction,
  order: OrderRef,
  lock: 'lock' | 'look',
): Promise<StoredAnswer | undefined> => {
  const query = rowOf(tx, order).select(['attempt', 'state', 'answer']);
  const row = await (lock === 'lock' ? query.forUpdate() : query).executeTakeFirst();
  return row && { attempt: row.attempt, state: row.state, answer: row.answer as Reservation };
};

/** What is to be held, and by which article, where the answer is a reservation. */
export interface Holding {
  readonly oldSimId: string;
  readonly providerId: string;
  readonly distributorId: string | null;
}

/**
 * Keeps the answer to an attempt: the first one of an order, or one that takes the place of a refusal.
 *
 * @returns false where another transaction was first with this order; nothing is kept then
 */
export const storeAnswer = async (
  tx: Transaction,
  order: OrderRef,
  { request, answer, holding }: { request: ReservationRequest; answer: Reservation; holding: Holding | null },
): Promise<boolean> => {
  const kept = {
    attempt: request.attempt,
    state: answer.outcome === 'reserved' ? ('reserved' as const) : ('refused' as const),
    answer: JSON.stringify(answer),
    action: request.action,
    activate: request.activate,
    line_id: request.lineId,
    old_sim_id: holding?.oldSimId ?? null,
    provider_id: holding?.providerId ?? null,
    distributor_id: holding?.distributorId ?? null,
  };
  const stored = await tx
    .insertInto('sim_replacement')
    .values({ account_id: order.accountId, order_id: order.orderId, ...kept })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'order_id'])
        .doUpdateSet(kept)
        .where('sim_replacement.state', '=', 'refused')
        .where('sim_replacement.attempt', '<', request.attempt),
    )
    .returning('order_id')
    .executeTakeFirst();
  return stored !== undefined;
};

/** What a step or a word changes of the row. Every field is set; what is not named stays, and so does all if none is. */
export interface ReplacementChange {
  readonly state?: ReplacementState;
  readonly newSimId?: string;
  readonly temporaryReference?: string;
  readonly enteredIccid?: string;
  readonly signalledIccid?: string | null;
  readonly signalledEid?: string | null;
  readonly iccid?: string | null;
  readonly iccidIssue?: IccidIssue | null;
  readonly providerReference?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

export const updateReplacement = async (
  tx: Transaction,
  { accountId, orderId }: OrderRef,
  change: ReplacementChange,
): Promise<void> => {
  const { iccidIssue } = change;
  if (Object.keys(change).length === 0) return;
  await tx
    .updateTable('sim_replacement')
    .set({
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.newSimId === undefined ? {} : { new_sim_id: change.newSimId }),
      ...(change.temporaryReference === undefined ? {} : { temporary_reference: change.temporaryReference }),
      ...(change.enteredIccid === undefined ? {} : { entered_iccid: change.enteredIccid }),
      ...(change.signalledIccid === undefined ? {} : { signalled_iccid: change.signalledIccid }),
      ...(change.signalledEid === undefined ? {} : { signalled_eid: change.signalledEid }),
      ...(change.iccid === undefined ? {} : { iccid: change.iccid }),
      ...(iccidIssue === undefined ? {} : { iccid_issue: iccidIssue === null ? null : JSON.stringify(iccidIssue) }),
      ...(change.providerReference === undefined ? {} : { provider_reference: change.providerReference }),
      ...(change.startedAt === undefined ? {} : { started_at: change.startedAt }),
      ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
    })
    .where('account_id', '=', accountId)
    .where('order_id', '=', orderId)
    .execute();
};

/** What the provider calls the order that this SIM was made for; null where there is none, or it has not said. */
export const findProviderReference = async (
  tx: Transaction,
  accountId: string,
  newSimId: string,
): Promise<string | null> => {
  const row = await tx
    .selectFrom('sim_replacement')
    .select('provider_reference')
    .where('account_id', '=', accountId)
    .where('new_sim_id', '=', newSimId)
    .executeTakeFirst();
  return row?.provider_reference ?? null;
};

/** A person has decided on the ICCID of the new SIM: what was open about it is settled. */
export const settleIccidIssue = (tx: Transaction, accountId: string, orderId: string): Promise<void> =>
  updateReplacement(tx, { accountId, orderId }, { iccidIssue: null });
