import { ratePlanRoutes } from '@simlane/contracts/http/service-profiles';
import { readInAccount } from '@simlane/service-kit/postgres';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db } from '../database.ts';
import { listItems } from '../resource.ts';
import { ofProvider, readItem, withVersion } from './reading.ts';
import { listRatePlanVersions, ratePlans } from './rate-plan.repository.ts';
import { archiveRatePlan, createRatePlan, editRatePlan } from './rate-plan.service.ts';
import { versionPage } from './version-page.ts';

export const addRatePlanRoutes = (app: { public: FastifyInstance }, db: Db): void => {
  const routes = ratePlanRoutes;
  servePublic(app.public, routes.listRatePlans, ({ caller: { accountId }, query }) => {
    const page = { path: routes.listRatePlans.path, ...query };
    return readInAccount(db, accountId, (tx) =>
      listItems(tx, accountId, page, ofProvider(ratePlans, query.providerId)),
    );
  });
  servePublic(app.public, routes.getRatePlan, async ({ caller: { accountId }, params: { id }, reply }) =>
    withVersion(reply, await readInAccount(db, accountId, (tx) => readItem(tx, accountId, id, ratePlans))),
  );
  servePublic(app.public, routes.listRatePlanVersions, ({ caller: { accountId }, params: { id }, query }) =>
    readInAccount(db, accountId, async (tx) => {
      await readItem(tx, accountId, id, ratePlans);
      return versionPage(id, query, (range) => listRatePlanVersions(tx, accountId, id, range));
    }),
  );
  servePublic(app.public, routes.createRatePlan, async ({ caller, body, idempotencyKey, reply }) =>
    withVersion(reply, await createRatePlan(db, caller, body, idempotencyKey)),
  );
  servePublic(app.public, routes.editRatePlan, async ({ caller, params: { id }, ifMatch: version, body, reply }) =>
    withVersion(reply, await editRatePlan(db, caller, { id, version }, body)),
  );
  servePublic(app.public, routes.archiveRatePlan, async ({ caller, params: { id }, reply }) =>
    withVersion(reply, await archiveRatePlan(db, caller, id)),
  );
};
