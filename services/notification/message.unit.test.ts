import { expect, it } from 'vitest';
import { distinctRecipients } from './message.ts';

it('is one mail an address, however often and in whichever case it is named', () => {
  const alice = { name: 'Alice', email: 'alice@example.com', language: 'en' } as const;
  const bob = { name: 'Bob', email: 'bob@example.com', language: 'fr' } as const;
  expect(distinctRecipients([alice, bob, { ...alice, email: 'Alice@Example.com', name: 'A.' }])).toEqual([alice, bob]);
});
