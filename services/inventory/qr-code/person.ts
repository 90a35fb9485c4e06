import { emailSchema, usableName } from '@simlane/contracts/http/primitives';
import type { Caller } from '@simlane/service-kit/authentication';
import type { Person } from './qr-request.ts';

/**
 * The caller, in a form that a mail can be sent to: an issuer may put any text into a token. Null where there is no
 * address for it.
 */
export const personOf = ({
  sub,
  name,
  email,
  locale,
}: Pick<Caller, 'sub' | 'name' | 'email' | 'locale'>): Person | null => {
  const address = emailSchema.safeParse(email).data;
  if (address === undefined) return null;
  const language = locale?.startsWith('fr') === true ? 'fr' : 'en';
  return { id: sub, name: usableName(name) ?? 'Simlane user', email: address, language };
};
