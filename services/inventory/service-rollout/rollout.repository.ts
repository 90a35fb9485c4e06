import type { KeyedRequest } from '@simlane/service-kit/idempotency-key';
import type { ServiceRolloutKind, ServiceRolloutState } from '@simlane/contracts/service-rollouts';
import { toPage } from '@simlane/service-kit/pages';
import type { Selectable } from 'kysely';
import type { ServiceRolloutTable, Transaction } from '../database.ts';
import { type PageOfNewest, readNewest } from '../fleet/page.ts';
import type { ProfileContent } from '../sim-services/sim-services.ts';
import type { RolloutStart, RolloutTerms } from './rollout.ts';

export interface RolloutRef {
  readonly accountId: string;
  readonly id: string;
}

export interface StoredRollout extends RolloutRef, RolloutTerms {
  readonly kind: ServiceRolloutKind;
  readonly state: ServiceRolloutState;
  readonly stoppedBecause: string | null;
  /** The profile that is edited, or migrated to. */
  readonly profileId: string | null;
  /** Of an edit: what everybody is to follow, and the service change that asked for it. */
  readonly profile: ProfileContent | null;
  readonly changeId: string | null;
  readonly over: { readonly kind: ServiceRolloutTable['over_kind']; readonly id: string | null };
  readonly sims: number;
  readonly waiting: number;
  readonly moves: number;
  readonly begunWith: RolloutStart;
  /** How many had an answer when it was last looked, and since when no other has come. */
  readonly answered: number;
  readonly quietSince: Date;
  /** Of its provider, as it was last. */
  readonly perMinute: number | null;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly bodyHash: string | null;
}

const toRollout = (row: Selectable<ServiceRolloutTable>): StoredRollout => ({
  accountId: row.account_id,
  id: row.id,
  kind: row.kind,
  state: row.state,
  stoppedBecause: row.stopped_because,
  profileId: row.profile_id,
  profile: row.profile,
  changeId: row.change_id,
  over: { kind: row.over_kind, id: row.over_id },
  sims: row.sims,
  waiting: row.waiting,
  moves: row.moves,
  canary: row.canary,
  stopAtFailureShare: row.stop_at_failure_share,
  begunWith: row.begun_with,
  answered: row.answered,
  quietSince: row.quiet_since,
  perMinute: row.per_minute,
  requestedBy: row.requested_by,
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  bodyHash: row.body_hash,
});

const rollouts = (tx: Transaction, accountId: string) =>
  tx.selectFrom('service_rollout').selectAll().where('account_id', '=', accountId);

export const findRollout = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
): Promise<StoredRollout | undefined> => {
  const row = await rollouts(tx, accountId).where('id', '=', id).executeTakeFirst();
  return row && toRollout(row);
};

/** Takes the rollout for this transaction: before any of its SIMs, as everybody does. */
export const lockRollout = async (
  tx: Transaction,
  { accountId, id }: RolloutRef,
): Promise<StoredRollout | undefined> => {
  const row = await rollouts(tx, accountId).where('id', '=', id).forUpdate().executeTakeFirst();
  return row && toRollout(row);
};

export type RequestOrigin = Pick<KeyedRequest, 'caller' | 'key'>;

export const findRolloutOfKey = async (
  tx: Transaction,
  accountId: string,
  { caller, key }: RequestOrigin,
): Promise<StoredRollout | undefined> => {
  const row = await rollouts(tx, accountId)
    .where('idempotency_caller', '=', caller)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row && toRollout(row);
};

export const listStoredRollouts = async (
  tx: Transaction,
  accountId: string,
  filters: { readonly state?: ServiceRolloutState | undefined },
  page: PageOfNewest,
): Promise<{ items: StoredRollout[]; nextCursor: string | null }> => {
  let query = rollouts(tx, accountId);
  if (filters.state !== undefined) query = query.where('state', '=', filters.state);
  return toPage(await readNewest(query, page), page.limit, ({ id }) => [id], toRollout);
};

/** @param origin null where something else keeps the key */
export const insertRollout = async (
  tx: Transaction,
  rollout: StoredRollout,
  origin: RequestOrigin | null,
): Promise<void> => {
  await tx
    .insertInto('service_rollout')
    .values({
      account_id: rollout.accountId,
      id: rollout.id,
      kind: rollout.kind,
      state: rollout.state,
      profile_id: rollout.profileId,
      profile: rollout.profile && JSON.stringify(rollout.profile),
      change_id: rollout.changeId,
      over_kind: rollout.over.kind,
      over_id: rollout.over.id,
      sims: rollout.sims,
      waiting: rollout.waiting,
      canary: rollout.canary,
      stop_at_failure_share: rollout.stopAtFailureShare,
      begun_with: JSON.stringify(rollout.begunWith),
      quiet_since: rollout.quietSince,
      requested_by: rollout.requestedBy,
      created_at: rollout.createdAt,
      idempotency_caller: origin?.caller ?? null,
      idempotency_key: origin?.key ?? null,
      body_hash: rollout.bodyHash,
    })
    .execute();
};

/** Writes what of a rollout moves, all of it. */
export const updateRollout = async (tx: Transaction, rollout: StoredRollout): Promise<void> => {
  await tx
    .updateTable('service_rollout')
    .set({
      state: rollout.state,
      stopped_because: rollout.stoppedBecause,
      sims: rollout.sims,
      waiting: rollout.waiting,
      moves: rollout.moves,
      canary: rollout.canary,
      begun_with: JSON.stringify(rollout.begunWith),
      answered: rollout.answered,
      quiet_since: rollout.quietSince,
      per_minute: rollout.perMinute,
      started_at: rollout.startedAt,
      ended_at: rollout.endedAt,
    })
    .where('account_id', '=', rollout.accountId)
    .where('id', '=', rollout.id)
    .execute();
};
