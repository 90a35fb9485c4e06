import { checkSchema } from '@simlane/testing/schema-check';
import { createTestDatabase } from '@simlane/testing/database';
import { expect, it } from 'vitest';
import { migrations } from './migrations/index.ts';

it('keeps accounts apart in every table, and facts and signals as they were written', async () => {
  const database = await createTestDatabase({ service: 'order', migrations });
  const violations = await checkSchema(database.adminDb, {
    appRole: database.appRole,
    withoutAccount: ['due'],
    appendOnly: { fact: ['carried_out_at'], provider_signal: [] },
  });
  await database.stop();
  expect(violations).toEqual([]);
});
