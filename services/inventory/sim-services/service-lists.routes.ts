import { idSchema, timeSchema } from '@simlane/contracts/http/primitives';
import { serviceDeviationRoutes } from '@simlane/contracts/http/service-deviations';
import { serviceTodoRoutes } from '@simlane/contracts/http/service-todos';
import { SERVICE_TODOS, type ServiceTodoCode } from '@simlane/contracts/sim-services';
import { decodeCursor } from '@simlane/service-kit/pages';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { listDeviations, listServiceTodos } from './service-lists.service.ts';

const afterSim = z.tuple([timeSchema, idSchema]);
const afterTodo = z.tuple([timeSchema, idSchema, z.enum(Object.keys(SERVICE_TODOS) as [ServiceTodoCode])]);

/** `/inventory/v1/service-deviations` and `/inventory/v1/service-todos`: the services of the fleet that need somebody. */
export const addServiceListRoutes = (app: FastifyInstance, db: Database): void => {
  servePublic(app, serviceDeviationRoutes.listServiceDeviations, ({ query, caller }) => {
    const { cursor, limit, ...filters } = query;
    const [since, simId] = cursor === undefined ? [] : decodeCursor(afterSim, cursor);
    const after = since === undefined || simId === undefined ? null : { since: new Date(since), simId };
    return listDeviations(db, caller, filters, { after, limit });
  });
  servePublic(app, serviceTodoRoutes.listServiceTodos, ({ query, caller }) => {
    const { cursor, limit, ...filters } = query;
    const [since, simId, code] = cursor === undefined ? [] : decodeCursor(afterTodo, cursor);
    const after =
      since === undefined || simId === undefined || code === undefined ? null : { since: new Date(since), simId, code };
    return listServiceTodos(db, caller, filters, { after, limit });
  });
};
