import type { Employee } from '@simlane/contracts/http/fleet';
import { toPage } from '@simlane/service-kit/pages';
import { type RawBuilder, sql } from 'kysely';
import type { Transaction } from '../database.ts';
import { beginsWith } from '@simlane/service-kit/beginning';
import { firstIds, type PageOfIds } from './page.ts';
import { employeeIsVisible, type Visibility } from './visibility.ts';

/** One page of employees, in one statement. */
export const listEmployees = async (
  tx: Transaction,
  visibility: Visibility,
  q: string | undefined,
  page: PageOfIds,
): Promise<{ items: Employee[]; nextCursor: string | null }> => {
  const conditions: RawBuilder<unknown>[] = [employeeIsVisible(visibility)];
  if (page.afterId !== null) conditions.push(sql`e.id > ${page.afterId}`);
  const all = sql.join(conditions, sql` and `);
  const found = (text: string) =>
    ['name_sought', 'email_sought'].map(
      (column) => sql`select e.id from employee e where ${all} and ${beginsWith(`e.${column}`, text)}`,
    );
  const wanted = q === undefined ? all : sql`e.id in ${firstIds(found(q.toLowerCase()), page)}`;
  const { rows } = await sql<Employee>`
    select e.id, e.name, e.email, e.language from employee e
    where ${employeeIsVisible(visibility)} and ${wanted} order by e.id limit ${page.limit + 1}`.execute(tx);
  return toPage(
    rows,
    page.limit,
    ({ id }) => [id],
    (row) => row,
  );
};

export const employeeExists = async (tx: Transaction, visibility: Visibility, id: string): Promise<boolean> => {
  const { rows } = await sql`
    select from employee e where ${employeeIsVisible(visibility)} and e.id = ${id}`.execute(tx);
  return rows.length > 0;
};
