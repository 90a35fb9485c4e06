import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database.ts';
import { findLine } from '../fleet/line.repository.ts';
import { pageOfIds } from '../fleet/page.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import { listTimeline } from './timeline.repository.ts';

/** What happened to a line or SIM that the caller can see. */
export const addTimelineRoutes = (app: FastifyInstance, db: Database): void => {
  servePublic(app, inventoryRoutes.getSimTimeline, ({ params, query, caller }) => {
    const page = pageOfIds(query);
    return readInAccount(db, caller.accountId, async (tx) => {
      if ((await findSim(tx, visibilityOf(caller), params.id)) === undefined) throw notFound('There is no such SIM');
      return listTimeline(tx, caller.accountId, { type: 'sim', id: params.id }, page);
    });
  });
  servePublic(app, inventoryRoutes.getLineTimeline, ({ params, query, caller }) => {
    const page = pageOfIds(query);
    return readInAccount(db, caller.accountId, async (tx) => {
      if ((await findLine(tx, visibilityOf(caller), params.id)) === undefined) throw notFound('There is no such line');
      return listTimeline(tx, caller.accountId, { type: 'line', id: params.id }, page);
    });
  });
};
