import { inventoryInternalRoutes } from '@simlane/contracts/http/inventory-internal';
import { inAccount } from '@simlane/service-kit/postgres';
import { ProblemError } from '@simlane/service-kit/problem';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.ts';
import { insertMissing } from './seed.repository.ts';

/** The example fleet of one account comes as one body. */
const SEED_BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** `PUT /internal/seed`, in one transaction; a repeat adds what is missing and changes nothing. */
export const addSeedRoutes = (
  app: FastifyInstance,
  { db, seeding }: { db: Database; seeding: 'allowed' | 'refused' },
): void => {
  const { seed } = inventoryInternalRoutes;
  app.addHook('onRoute', (route) => {
    if (route.url === seed.path) route.bodyLimit = SEED_BODY_LIMIT_BYTES;
  });
  serveInternal(app, seed, async ({ body, caller }) => {
    if (seeding === 'refused') throw new ProblemError('forbidden', 'Example data may not be written here');
    await inAccount(db, caller.accountId, (tx) => insertMissing(tx, caller.accountId, body));
  });
};
