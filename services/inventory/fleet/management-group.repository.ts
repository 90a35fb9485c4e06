import type { ManagementGroup } from '@simlane/contracts/http/fleet';
import { toPage } from '@simlane/service-kit/pages';
import { sql } from 'kysely';
import type { Transaction } from '../database.ts';
import type { PageOfIds } from './page.ts';
import { groupIsVisible, type Visibility } from './visibility.ts';

/** One page of management groups, in one statement. */
export const listManagementGroups = async (
  tx: Transaction,
  visibility: Visibility,
  page: PageOfIds,
): Promise<{ items: ManagementGroup[]; nextCursor: string | null }> => {
  const conditions = [groupIsVisible(visibility)];
  if (page.afterId !== null) conditions.push(sql<boolean>`g.id > ${page.afterId}`);
  const { rows } = await sql<ManagementGroup>`
    select g.id, g.name from management_group g
    where ${sql.join(conditions, sql` and `)} order by g.id limit ${page.limit + 1}`.execute(tx);
  return toPage(
    rows,
    page.limit,
    ({ id }) => [id],
    (row) => row,
  );
};

/** Which of these groups there are. */
export const existingGroups = async (
  tx: Transaction,
  visibility: Visibility,
  ids: readonly string[],
): Promise<string[]> => {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select g.id from management_group g
    where ${groupIsVisible(visibility)} and g.id = any(${[...ids]}::uuid[])`.execute(tx);
  return rows.map(({ id }) => id);
};
