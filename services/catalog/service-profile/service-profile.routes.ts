import { serviceProfileChoiceRoutes } from '@simlane/contracts/http/service-profile-choices';
import { serviceProfileInternalRoutes, serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { readInAccount } from '@simlane/service-kit/postgres';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db } from '../database.ts';
import { listItems } from '../resource.ts';
import {
  draftServiceProfile,
  listChoices,
  putServiceProfile,
  putServiceProfileVersion,
  readProfileForChange,
} from './profile-for-inventory.service.ts';
import { readItem, withVersion } from './reading.ts';
import { listServiceProfileVersions, profilesMatching, serviceProfiles } from './service-profile.repository.ts';
import { archiveServiceProfile, createServiceProfile, editServiceProfile } from './service-profile.service.ts';
import { versionPage } from './version-page.ts';

export const addServiceProfileRoutes = (app: { public: FastifyInstance; internal: FastifyInstance }, db: Db): void => {
  const routes = serviceProfileRoutes;
  servePublic(app.public, routes.listServiceProfiles, ({ caller: { accountId }, query }) => {
    const page = { path: routes.listServiceProfiles.path, ...query };
    return readInAccount(db, accountId, (tx) => listItems(tx, accountId, page, profilesMatching(query)));
  });
  servePublic(app.public, routes.getServiceProfile, async ({ caller: { accountId }, params: { id }, reply }) =>
    withVersion(reply, await readInAccount(db, accountId, (tx) => readItem(tx, accountId, id, serviceProfiles))),
  );
  servePublic(app.public, routes.listServiceProfileVersions, ({ caller: { accountId }, params: { id }, query }) =>
    readInAccount(db, accountId, async (tx) => {
      await readItem(tx, accountId, id, serviceProfiles);
      return versionPage(id, query, (range) => listServiceProfileVersions(tx, accountId, id, range));
    }),
  );
  servePublic(app.public, routes.createServiceProfile, async ({ caller, body, idempotencyKey, reply }) =>
    withVersion(reply, await createServiceProfile(db, caller, body, idempotencyKey)),
  );
  servePublic(
    app.public,
    routes.editServiceProfile,
    async ({ caller, params: { id }, ifMatch: version, body, reply }) =>
      withVersion(reply, await editServiceProfile(db, caller, { id, version }, body)),
  );
  servePublic(app.public, routes.archiveServiceProfile, async ({ caller, params: { id }, reply }) =>
    withVersion(reply, await archiveServiceProfile(db, caller, id)),
  );

  const internal = serviceProfileInternalRoutes;
  serveInternal(app.internal, internal.getServiceProfile, ({ caller, params: { id }, query: { version } }) =>
    readProfileForChange(db, caller.accountId, id, version),
  );
  serveInternal(app.internal, serviceProfileChoiceRoutes.listServiceProfiles, ({ caller, query }) =>
    listChoices(db, caller.accountId, query),
  );
  serveInternal(app.internal, serviceProfileChoiceRoutes.draftServiceProfile, ({ caller, params: { id }, body }) =>
    draftServiceProfile(db, caller.accountId, id, body.newProfile),
  );
  serveInternal(app.internal, internal.putServiceProfile, ({ caller, params: { id }, body }) =>
    putServiceProfile(db, caller.accountId, id, body),
  );
  serveInternal(app.internal, internal.putServiceProfileVersion, ({ caller, params, body }) =>
    putServiceProfileVersion(db, caller.accountId, params, body),
  );
};
