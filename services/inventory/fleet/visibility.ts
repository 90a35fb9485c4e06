import { sql, type RawBuilder } from 'kysely';

/**
 * What of the fleet a caller may see and change; what lies outside does not exist for him. Every query of the fleet
 * that is made for somebody has one of the conditions below, so a narrower view is given here and nowhere else.
 */
export interface Visibility {
  readonly accountId: string;
}

/** Today everybody sees the whole of his account. */
export const visibilityOf = (caller: { readonly accountId: string }): Visibility => ({ accountId: caller.accountId });

/** The condition on a row of the fleet: a table or view with `account_id`, by its alias. */
const inAccountOf = (visibility: Visibility, alias: string): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(`${alias}.account_id`)} = ${visibility.accountId}`;

export const deviceIsVisible = (visibility: Visibility, alias = 'd'): RawBuilder<boolean> =>
  inAccountOf(visibility, alias);
export const lineIsVisible = (visibility: Visibility, alias = 'l'): RawBuilder<boolean> =>
  inAccountOf(visibility, alias);
export const simIsVisible = (visibility: Visibility, alias = 's'): RawBuilder<boolean> =>
  inAccountOf(visibility, alias);
export const employeeIsVisible = (visibility: Visibility, alias = 'e'): RawBuilder<boolean> =>
  inAccountOf(visibility, alias);
export const groupIsVisible = (visibility: Visibility, alias = 'g'): RawBuilder<boolean> =>
  inAccountOf(visibility, alias);
