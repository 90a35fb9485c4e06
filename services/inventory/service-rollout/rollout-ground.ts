/** What a rollout is about, as it is before anything is written: its target, its SIMs, and what of the request is unusable. */
import { MOST_ROLLOUT_SIMS, type RolloutPreview } from '@simlane/contracts/http/rollout-preview';
import type { RolloutOver, RolloutWish } from '@simlane/contracts/http/service-rollouts';
import type { Warning } from '@simlane/contracts/http/problem';
import type { Caller } from '@simlane/service-kit/authentication';
import { invalidRequest, notFound } from '@simlane/service-kit/problem';
import type { Database, Transaction } from '../database.ts';
import { existingGroups } from '../fleet/management-group.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import type { ServiceCatalog, ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import { requireTarget } from '../sim-services/service-wish.ts';
import { readIccidList } from './iccid-list.ts';
import { emptyRollout, type Fault, isList, judgeIccids, judgeIds, unusableWarnings } from './rollout-set.ts';
import {
  findGroupFaults,
  findSimsByIccid,
  findSimsById,
  type Members,
  membersOf,
  membersOfList,
  planBySize,
} from './rollout-set.repository.ts';

export interface Rollouts {
  readonly db: Database;
  readonly serviceCatalog: ServiceCatalog;
  /** Called after something has become due and is committed. */
  readonly onDue: () => void;
}

/** Where a rollout leads, asked before anything is taken. */
export interface Target {
  /** Of the profile that is migrated to; null: each SIM comes back to its own. */
  readonly facts: ServiceProfileFacts | null;
  /** The provider whose SIMs can be changed; null: any. */
  readonly providerId: string | null;
}

/** @throws ProblemError `not_found`, `archived`, `profile_of_other_provider` */
export const targetOf = async (
  { serviceCatalog }: Pick<Rollouts, 'serviceCatalog'>,
  { accountId }: Caller,
  { change, over }: RolloutWish,
): Promise<Target> => {
  const from = 'serviceProfileId' in over ? await serviceCatalog.profile(accountId, over.serviceProfileId) : null;
  if (change.kind === 'reattach') return { facts: null, providerId: null };
  const facts = await serviceCatalog.profile(accountId, change.serviceProfileId);
  const { providerId } = facts.profile;
  requireTarget(facts.profile, from?.profile.providerId ?? providerId, {
    pointer: '/change/serviceProfileId',
    fix: 'Choose a profile of the provider of the SIMs: GET /catalog/v1/service-profiles lists them',
  });
  return { facts, providerId };
};

export interface RolloutSet {
  readonly members: Members;
  readonly faults: readonly Fault[];
  readonly unusable: RolloutPreview['unusable']['rows'];
  readonly warnings: readonly Warning[];
}

/**
 * @throws ProblemError `not_found` for a group that is not there; `rollout_empty` where nothing of what was given can be
 * used: to accept that would lead nowhere
 */
export const setOf = async (
  tx: Transaction,
  caller: Caller,
  { over, providerId }: { readonly over: RolloutOver; readonly providerId: string | null },
): Promise<RolloutSet> => {
  await planBySize(tx);
  const visibility = visibilityOf(caller);
  if (isList(over)) {
    const judged = await judgedList(tx, caller, { over, providerId });
    if (judged.simIds.length === 0) throw emptyRollout(judged.faults);
    const warnings = unusableWarnings(over, { faults: judged.faults.length, rows: judged.rows });
    const members = membersOfList(caller.accountId, judged.simIds);
    return { members, faults: judged.faults, unusable: judged.faults.length, warnings };
  }
  const members = membersOf(visibility, over, { providerId });
  if (!('groupId' in over)) return { members, faults: [], unusable: 0, warnings: [] };
  const { groupId } = over;
  if ((await existingGroups(tx, visibility, [groupId])).length === 0)
    throw notFound('There is no such management group');
  if (providerId === null) return { members, faults: [], unusable: 0, warnings: [] };
  const { faults, count, members: rows } = await findGroupFaults(tx, visibility, { groupId, providerId });
  if (count === rows) throw emptyRollout(faults);
  return { members, faults, unusable: count, warnings: unusableWarnings(over, { faults: count, rows }) };
};

const judgedList = async (
  tx: Transaction,
  caller: Caller,
  {
    over,
    providerId,
  }: {
    readonly over: Extract<RolloutOver, { simIds: unknown } | { csv: unknown }>;
    readonly providerId: string | null;
  },
) => {
  const visibility = visibilityOf(caller);
  if ('simIds' in over) {
    return judgeIds(over.simIds, await findSimsById(tx, visibility, over.simIds), providerId);
  }
  const rows = readIccidList(over.csv);
  if (rows.length > MOST_ROLLOUT_SIMS) {
    const detail = `Has more than ${MOST_ROLLOUT_SIMS} rows, and a rollout is over so many at most; make several`;
    throw invalidRequest([{ pointer: '/over/csv', detail }]);
  }
  const iccids = rows.flatMap(({ reading }) => ('iccid' in reading ? [reading.iccid] : []));
  return judgeIccids(rows, await findSimsByIccid(tx, visibility, iccids), providerId);
};
