import type { ServicePack, ServicePackVersion } from '@simlane/contracts/http/service-profiles';
import type { Tx } from '../database.ts';
import type { Resource } from '../resource.ts';
import { timeOf, timeOrNull } from '../time.ts';
import { firstHeld, type KeyedRequest, type Purpose, requestColumns, toVersion } from './versioned.repository.ts';

const select = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('service_pack')
    .select(['id', 'version', 'name', 'provider_id as providerId', 'options', 'rules', 'archived_at as archivedAt'])
    .where('account_id', '=', accountId);

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const toPack = (row: Row): ServicePack => ({ ...row, archivedAt: timeOrNull(row.archivedAt) });

export const servicePacks = { select, toItem: toPack } satisfies Resource<Row, ServicePack>;

/** The pack, held until the transaction ends. */
export const holdServicePack = async (
  tx: Tx,
  accountId: string,
  id: string,
  purpose: Purpose,
): Promise<ServicePack | undefined> => {
  const row = await firstHeld(select(tx, accountId).where('id', '=', id), purpose);
  return row && toPack(row);
};

/** Adds a pack in its first version; false, and nothing added, where the id or the request has been there before. */
export const addServicePack = async (
  tx: Tx,
  accountId: string,
  pack: Omit<ServicePack, 'version' | 'archivedAt'>,
  by: { readonly sub: string; readonly request: KeyedRequest | null },
): Promise<boolean> => {
  const first: ServicePack = { ...pack, version: 1, archivedAt: null };
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('service_pack')
    .values({
      account_id: accountId,
      id: pack.id,
      provider_id: pack.providerId,
      ...columnsOf(first),
      ...requestColumns(by.request),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return false;
  await addVersion(tx, accountId, first, by.sub);
  return true;
};

/** Makes the next version of a pack that is held to be changed. */
export const changeServicePack = async (
  tx: Tx,
  accountId: string,
  pack: ServicePack,
  changes: Partial<Pick<ServicePack, 'name' | 'options' | 'rules' | 'archivedAt'>>,
  sub: string,
): Promise<ServicePack> => {
  const next = { ...pack, ...changes, version: pack.version + 1 };
  await tx
    .updateTable('service_pack')
    .set(columnsOf(next))
    .where('account_id', '=', accountId)
    .where('id', '=', pack.id)
    .execute();
  await addVersion(tx, accountId, next, sub);
  return next;
};

const addVersion = async (tx: Tx, accountId: string, pack: ServicePack, sub: string): Promise<void> => {
  await tx
    .insertInto('service_pack_version')
    .values({ account_id: accountId, service_pack_id: pack.id, created_by: sub, ...columnsOf(pack) })
    .execute();
};

const columnsOf = ({ version, name, options, rules, archivedAt }: ServicePack) => ({
  version,
  name,
  options: JSON.stringify(options),
  rules: JSON.stringify(rules),
  archived_at: timeOf(archivedAt),
});

/** The newest first, from the one before `before` on. */
export const listServicePackVersions = async (
  tx: Tx,
  accountId: string,
  id: string,
  { before, most }: { before: number | null; most: number },
): Promise<ServicePackVersion[]> => {
  let query = tx
    .selectFrom('service_pack_version')
    .select(['version', 'created_at', 'created_by', 'name', 'options', 'rules', 'archived_at'])
    .where('account_id', '=', accountId)
    .where('service_pack_id', '=', id)
    .orderBy('version', 'desc')
    .limit(most);
  if (before !== null) query = query.where('version', '<', before);
  return (await query.execute()).map(toVersion);
};
