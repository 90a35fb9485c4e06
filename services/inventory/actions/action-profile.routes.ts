import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.ts';
import { pageOfIds } from '../fleet/page.ts';
import { createProfile, listProfiles } from './action-profile.service.ts';

export const addActionProfileRoutes = (app: FastifyInstance, db: Database): void => {
  servePublic(app, inventoryRoutes.listActionProfiles, ({ query, caller }) => {
    return listProfiles(db, caller, pageOfIds(query));
  });
  servePublic(app, inventoryRoutes.createActionProfile, ({ body, caller, idempotencyKey }) =>
    createProfile(db, caller, body, idempotencyKey),
  );
};
