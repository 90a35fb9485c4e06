import { emailSchema, languageSchema, usableName } from '@simlane/contracts/http/primitives';
import type { Account } from '@simlane/contracts/http/catalog';
import type { Caller } from '@simlane/service-kit/authentication';
import type { OrderedBy } from '../database.ts';
import type { StoredOrder } from './order.ts';

/**
 * Who orders, in a form that a mail can be sent to. An issuer may put any text into a token: a name is cleaned, and
 * where address or language are not usable, the account's own are taken.
 */
export const ordererOf = async (
  { sub, name, email, locale }: Pick<Caller, 'sub' | 'name' | 'email' | 'locale'>,
  readAccount: () => Promise<Account>,
): Promise<OrderedBy> => {
  const who = { id: sub, name: usableName(name) ?? 'Simlane user' };
  const address = emailSchema.safeParse(email).data;
  const language = languageSchema.safeParse(locale).data;
  if (address !== undefined && language !== undefined) return { ...who, email: address, language };
  const account = await readAccount();
  return { ...who, email: address ?? account.notificationAddress, language: language ?? account.locale };
};

/**
 * Who confirmed the order, in a form that a mail can be sent to: often whoever made it, and else in that person's
 * language, for a confirmation does not say any.
 */
export const confirmerOf = ({ orderedBy, confirmedBy }: Pick<StoredOrder, 'orderedBy' | 'confirmedBy'>): OrderedBy => {
  const email = emailSchema.safeParse(confirmedBy?.email).data;
  if (confirmedBy === null || confirmedBy.sub === orderedBy.id || email === undefined) return orderedBy;
  const name = usableName(confirmedBy.name) ?? orderedBy.name;
  return { id: confirmedBy.sub, name, email, language: orderedBy.language };
};
