import { nameSchema } from '@simlane/contracts/http/primitives';
import { expect, it } from 'vitest';
import { personOf } from './person.ts';

it('who asks has a name and an address that a mail takes, whatever the token says', () => {
  const token = { sub: 'manager-1', email: 'nora@calder.example', locale: 'fr-FR' };
  for (const name of ['Nora Field', 'N'.repeat(500), 'Nora\r\nBcc: x', 'Nora \u202ediel', '\u0000', '']) {
    const person = personOf({ ...token, name });
    expect(person).toMatchObject({ id: 'manager-1', email: 'nora@calder.example', language: 'fr' });
    expect(nameSchema.safeParse(person?.name).success).toBe(true);
  }
  expect(personOf({ ...token, name: 'Nora', email: 'nora@localhost, x@y.example' })).toBeNull();
});
