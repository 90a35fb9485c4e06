import { inventoryInternalRoutes } from '@simlane/contracts/http/inventory-internal';
import type { Actor, InternalCaller } from '@simlane/service-kit/authentication';
import { invalidRequest } from '@simlane/service-kit/problem';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from '../actions/catalog.ts';
import type { Database } from '../database.ts';
import { enterIccid, fillIn } from './identifiers.service.ts';
import { lineForOrder, type Orderer, reserve } from './reservation.service.ts';
import {
  commit,
  createTemporaryEsim,
  type OrderOfAccount,
  readReplacement,
  rollBack,
} from './sim-replacement.service.ts';

/** `/internal/lines/…` and `/internal/sim-replacements/…`: what order and the worker ask for. */
export const addReplacementRoutes = (
  app: FastifyInstance,
  { db, catalog }: { db: Database; catalog: Catalog },
): void => {
  serveInternal(app, inventoryInternalRoutes.getLineForOrder, ({ params, caller }) =>
    lineForOrder({ db, catalog }, ordererOf(caller), params),
  );
  serveInternal(app, inventoryInternalRoutes.reserve, ({ params, body, caller }) =>
    reserve({ db, catalog }, ordererOf(caller), params.orderId, body),
  );
  serveInternal(app, inventoryInternalRoutes.createTemporaryEsim, ({ params, body, caller }) =>
    createTemporaryEsim(db, orderOf(caller, params), body),
  );
  serveInternal(app, inventoryInternalRoutes.commit, ({ params, body, caller }) =>
    commit(db, orderOf(caller, params), body),
  );
  serveInternal(app, inventoryInternalRoutes.rollBack, ({ params, body, caller }) =>
    rollBack(db, orderOf(caller, params), body),
  );
  serveInternal(app, inventoryInternalRoutes.fillIn, ({ params, body, caller }) =>
    fillIn(db, orderOf(caller, params), body),
  );
  serveInternal(app, inventoryInternalRoutes.enterIccid, ({ params, body, caller }) =>
    enterIccid(db, orderOf(caller, params), actorOf(caller), body),
  );
  serveInternal(app, inventoryInternalRoutes.getReplacement, ({ params, caller }) =>
    readReplacement(db, orderOf(caller, params)),
  );
};

const orderOf = ({ accountId }: InternalCaller, { orderId }: { orderId: string }): OrderOfAccount => ({
  accountId,
  orderId,
});

const ordererOf = (caller: InternalCaller): Orderer => ({ accountId: caller.accountId, actor: actorOf(caller) });

/** What is done for a person is judged by that person's roles and profile, so he has to be named. */
const actorOf = ({ actor }: InternalCaller): Actor => {
  if (actor !== undefined) return actor;
  throw invalidRequest([{ pointer: '', detail: 'The header Simlane-Actor must name the person who acts' }]);
};
