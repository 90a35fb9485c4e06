import { orderRoutes as routes } from '@simlane/contracts/http/order';
import { idSchema } from '@simlane/contracts/http/primitives';
import { decodeCursor, toPage } from '@simlane/service-kit/pages';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Catalog } from '../catalog.ts';
import { listFacts } from '../processing/fact.repository.ts';
import { type ConfirmationDependencies, confirmOrder } from './confirmation.service.ts';
import { createDraft, editDraft } from './draft.service.ts';
import { enterIccid } from './iccid.service.ts';
import { shownOrder } from './order.ts';
import { findOrder, listOrders } from './order.repository.ts';

const orderPageKey = z.tuple([idSchema]);
const factPageKey = z.tuple([z.int()]);

export const addOrderRoutes = (
  app: FastifyInstance,
  dependencies: ConfirmationDependencies & { readonly catalog: Catalog },
): void => {
  const { db } = dependencies;

  servePublic(app, routes.createDraft, async ({ caller, body, idempotencyKey }) =>
    shownOrder(await createDraft(dependencies, caller, body, idempotencyKey)),
  );

  servePublic(app, routes.listOrders, async ({ caller, query: { limit, cursor, ...filter } }) => {
    const [beforeId] = cursor === undefined ? [undefined] : decodeCursor(orderPageKey, cursor);
    const page = { beforeId, limit: limit + 1 };
    const orders = await readInAccount(db, caller.accountId, (tx) => listOrders(tx, caller.accountId, filter, page));
    return toPage(orders, limit, ({ id }) => [id], shownOrder);
  });

  servePublic(app, routes.getOrder, async ({ caller, params }) => {
    const order = await readInAccount(db, caller.accountId, (tx) => findOrder(tx, caller.accountId, params.id));
    if (order === undefined) throw notFound();
    return shownOrder(order);
  });

  servePublic(app, routes.editDraft, async ({ caller, params, body }) =>
    shownOrder(await editDraft(dependencies, caller, params.id, body)),
  );

  servePublic(app, routes.confirm, async ({ caller, params, body }) =>
    shownOrder(await confirmOrder(dependencies, caller, params.id, body.acceptWarnings)),
  );

  servePublic(app, routes.enterIccid, async ({ caller, params, body }) =>
    shownOrder(await enterIccid(dependencies, caller, params.id, body)),
  );

  servePublic(app, routes.getTimeline, async ({ caller, params, query: { limit, cursor } }) => {
    const [afterNumber] = cursor === undefined ? [0] : decodeCursor(factPageKey, cursor);
    const facts = await readInAccount(db, caller.accountId, async (tx) => {
      const order = await findOrder(tx, caller.accountId, params.id);
      if (order === undefined) throw notFound();
      return listFacts(tx, caller.accountId, params.id, { afterNumber, limit: limit + 1 });
    });
    return toPage(
      facts,
      limit,
      ({ number }) => [number],
      (fact) => fact,
    );
  });
};
