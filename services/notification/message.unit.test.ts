import { expect, it } from 'vitest';
import { distinctRecipients } from './message.ts';

it('is one mail an address, however often and in whichever case it is named', () => {
  const alice = { name: 'Alice', email: 'alice@example.com', language: 'en', linkId: null } as const;
  const bob = { name: 'Bob', email: 'bob@example.com', language: 'fr', linkId: null } as const;
  expect(distinctRecipients([alice, bob, { ...alice, email: 'Alice@Example.com', name: 'A.' }])).toEqual([alice, bob]);
});

it('keeps the link of who is named with one and without', () => {
  const copied = { name: 'Carla', email: 'carla@example.com', language: 'en', linkId: null } as const;
  const asked = { ...copied, email: 'Carla@example.com', linkId: '0198d2f0-0000-7000-8000-000000000001' };
  expect(distinctRecipients([copied, asked])).toEqual([asked]);
  expect(distinctRecipients([asked, copied])).toEqual([asked]);
});
