import type { DriftState } from '@simlane/contracts/drift';
import { toPage } from '@simlane/service-kit/pages';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { type Selectable, sql } from 'kysely';
import type { DriftProposalTable, StoredDrift, Transaction } from '../database.ts';
import { type PageOfNewest, readNewest } from '../fleet/page.ts';
import { simIsVisible, type Visibility } from '../fleet/visibility.ts';
import { type Difference, type Drift, driftingSince } from './drift.ts';

export interface StoredProposal {
  readonly accountId: string;
  readonly id: string;
  readonly simId: string;
  readonly state: DriftState;
  readonly drift: Drift;
  /** Moves with what differs, and not with its being seen again. */
  readonly version: number;
  readonly since: Date;
  readonly seenAt: Date;
  readonly endedAt: Date | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
}

const toProposal = (row: Selectable<DriftProposalTable>): StoredProposal => ({
  accountId: row.account_id,
  id: row.id,
  simId: row.sim_id,
  state: row.state,
  drift: readDrift(row.drift),
  version: row.version,
  since: row.since,
  seenAt: row.seen_at,
  endedAt: row.ended_at,
  decidedBy: row.decided_by,
  reason: row.reason,
});

const readDrift = ({ options, plan }: StoredDrift): Drift => ({
  options: Object.fromEntries(Object.entries(options).map(([code, one]) => [code, readDifference(one)])),
  plan: plan && readDifference(plan),
});

const readDifference = (stored: NonNullable<StoredDrift['plan']>): Difference => ({
  ...stored,
  since: new Date(stored.since),
});

const proposals = (tx: Transaction, accountId: string) =>
  tx.selectFrom('drift_proposal').selectAll().where('account_id', '=', accountId);

export const findProposal = async (
  tx: Transaction,
  accountId: string,
  id: string,
): Promise<StoredProposal | undefined> => {
  const row = await proposals(tx, accountId).where('id', '=', id).executeTakeFirst();
  return row && toProposal(row);
};

/** The open proposals of these SIMs, by SIM. Whoever writes one has the SIM's row: there is no other lock. */
export const findOpenProposals = async (
  tx: Transaction,
  accountId: string,
  simIds: readonly string[],
): Promise<ReadonlyMap<string, StoredProposal>> => {
  const rows = await proposals(tx, accountId)
    .where('sim_id', '=', sql<string>`any (${simIds}::uuid[])`)
    .where('state', '=', 'open')
    .execute();
  return new Map(rows.map((row) => [row.sim_id, toProposal(row)]));
};

export const listProposals = async (
  tx: Transaction,
  visibility: Visibility,
  filters: { readonly simId?: string | undefined; readonly state?: DriftState | undefined },
  page: PageOfNewest,
): Promise<{ items: StoredProposal[]; nextCursor: string | null }> => {
  let query = proposals(tx, visibility.accountId).where(
    sql<boolean>`exists (select from sim s where s.account_id = drift_proposal.account_id
      and s.id = drift_proposal.sim_id and ${simIsVisible(visibility)})`,
  );
  if (filters.simId !== undefined) query = query.where('sim_id', '=', filters.simId);
  if (filters.state !== undefined) query = query.where('state', '=', filters.state);
  return toPage(await readNewest(query, page), page.limit, ({ id }) => [id], toProposal);
};

/** @returns its id */
export const insertProposal = async (
  tx: Transaction,
  { accountId, simId }: { readonly accountId: string; readonly simId: string },
  { drift, now }: { readonly drift: Drift; readonly now: Date },
): Promise<string> => {
  const id = uuidV7();
  await tx
    .insertInto('drift_proposal')
    .values({
      account_id: accountId,
      id,
      sim_id: simId,
      state: 'open',
      drift: JSON.stringify(drift),
      version: 1,
      since: driftingSince(drift),
      seen_at: now,
      ended_at: null,
      decided_by: null,
      reason: null,
    })
    .execute();
  return id;
};

const updateProposal = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredProposal, 'accountId' | 'id'>,
  set: Partial<Omit<DriftProposalTable, 'account_id' | 'id' | 'sim_id' | 'drift'>> & { readonly drift?: string },
): Promise<void> => {
  await tx.updateTable('drift_proposal').set(set).where('account_id', '=', accountId).where('id', '=', id).execute();
};

/** Something else differs, or less: whoever decides is to look again. */
export const changeProposal = (tx: Transaction, proposal: StoredProposal, drift: Drift): Promise<void> =>
  updateProposal(tx, proposal, {
    drift: JSON.stringify(drift),
    version: proposal.version + 1,
    since: driftingSince(drift),
  });

export const seeProposal = (tx: Transaction, proposal: StoredProposal, seenAt: Date): Promise<void> =>
  updateProposal(tx, proposal, { seen_at: seenAt });

export const endProposal = (
  tx: Transaction,
  proposal: StoredProposal,
  end: { readonly at: Date } & (
    | { readonly state: 'resolved' }
    | { readonly state: 'taken' | 'pushed'; readonly by: string; readonly reason: string | null }
  ),
): Promise<void> =>
  updateProposal(tx, proposal, {
    state: end.state,
    ended_at: end.at,
    ...(end.state === 'resolved' ? {} : { decided_by: end.by, reason: end.reason }),
  });
