import { emailSchema, nameSchema } from '@simlane/contracts/http/primitives';
import { describe, expect, it } from 'vitest';
import { confirmerOf, ordererOf } from './orderer.ts';

const account = async () => ({
  id: '0198d2f0-0000-7000-8000-000000000001',
  name: 'Northfield',
  timeZone: 'Europe/London',
  locale: 'fr' as const,
  notificationAddress: 'fleet@example.com',
});
const caller = { sub: 'user-1', name: 'Mary Manager', email: 'mary@example.com', locale: 'en' };

describe('who orders', () => {
  it('is who the token says, where that is usable', async () => {
    const orderer = await ordererOf(caller, account);
    expect(orderer).toEqual({ id: 'user-1', name: 'Mary Manager', email: 'mary@example.com', language: 'en' });
  });

  it.each(['mia@intranet', 'mia.ó@example.com', 'mia', '', undefined])(
    'is reached at the address of the account where the token has %j',
    async (email) => {
      const { email: _given, ...rest } = caller;
      const orderer = await ordererOf(email === undefined ? rest : { ...rest, email }, account);
      expect(orderer.email).toBe('fleet@example.com');
    },
  );

  it('has the language of the account where the token names none of ours', async () => {
    expect((await ordererOf({ ...caller, locale: 'de-CH' }, account)).language).toBe('fr');
  });

  it.each([
    'Mia\u200eHarper',
    'x'.repeat(500),
    'Mia\r\nBcc: all@example.com',
    '\u0000',
    '',
    `${'x'.repeat(199)}\u{1f600}`,
  ])('has a name that a mail can carry, whatever the issuer puts into it: %j', async (name) => {
    const orderer = await ordererOf({ ...caller, name }, account);
    expect(nameSchema.safeParse(orderer.name).success).toBe(true);
    expect(emailSchema.safeParse(orderer.email).success).toBe(true);
  });
});

describe('who confirmed', () => {
  const orderedBy = { id: 'user-1', name: 'Mary Manager', email: 'mary@example.com', language: 'fr' } as const;
  const confirmedBy = { sub: 'user-2', roles: [], name: 'Max\u200e Manager', email: 'max@example.com' } as const;

  it('is told in the language of whoever ordered, for a confirmation names none', () => {
    const confirmer = { id: 'user-2', name: 'Max  Manager', email: 'max@example.com', language: 'fr' };
    expect(confirmerOf({ orderedBy, confirmedBy })).toEqual(confirmer);
  });

  it('is whoever ordered where it is the same person, or one whom no mail can reach', () => {
    expect(confirmerOf({ orderedBy, confirmedBy: { ...confirmedBy, sub: 'user-1' } })).toEqual(orderedBy);
    expect(confirmerOf({ orderedBy, confirmedBy: { ...confirmedBy, email: 'max@intranet' } })).toEqual(orderedBy);
  });
});
