import { servicePackRoutes } from '@simlane/contracts/http/service-profiles';
import { readInAccount } from '@simlane/service-kit/postgres';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db } from '../database.ts';
import { listItems } from '../resource.ts';
import { ofProvider, readItem, withVersion } from './reading.ts';
import { listServicePackVersions, servicePacks } from './service-pack.repository.ts';
import { archiveServicePack, createServicePack, editServicePack } from './service-pack.service.ts';
import { versionPage } from './version-page.ts';

export const addServicePackRoutes = (app: { public: FastifyInstance }, db: Db): void => {
  const routes = servicePackRoutes;
  servePublic(app.public, routes.listServicePacks, ({ caller: { accountId }, query }) => {
    const page = { path: routes.listServicePacks.path, ...query };
    return readInAccount(db, accountId, (tx) =>
      listItems(tx, accountId, page, ofProvider(servicePacks, query.providerId)),
    );
  });
  servePublic(app.public, routes.getServicePack, async ({ caller: { accountId }, params: { id }, reply }) =>
    withVersion(reply, await readInAccount(db, accountId, (tx) => readItem(tx, accountId, id, servicePacks))),
  );
  servePublic(app.public, routes.listServicePackVersions, ({ caller: { accountId }, params: { id }, query }) =>
    readInAccount(db, accountId, async (tx) => {
      await readItem(tx, accountId, id, servicePacks);
      return versionPage(id, query, (range) => listServicePackVersions(tx, accountId, id, range));
    }),
  );
  servePublic(app.public, routes.createServicePack, async ({ caller, body, idempotencyKey, reply }) =>
    withVersion(reply, await createServicePack(db, caller, body, idempotencyKey)),
  );
  servePublic(app.public, routes.editServicePack, async ({ caller, params: { id }, ifMatch: version, body, reply }) =>
    withVersion(reply, await editServicePack(db, caller, { id, version }, body)),
  );
  servePublic(app.public, routes.archiveServicePack, async ({ caller, params: { id }, reply }) =>
    withVersion(reply, await archiveServicePack(db, caller, id)),
  );
};
