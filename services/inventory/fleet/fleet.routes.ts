import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import type { Caller } from '@simlane/service-kit/authentication';
import { readInAccount } from '@simlane/service-kit/postgres';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Database, Transaction } from '../database.ts';
import { listDevices } from './device.repository.ts';
import { listEmployees } from './employee.repository.ts';
import { listLines } from './line.repository.ts';
import { moveLine, readLine } from './line.service.ts';
import { listManagementGroups } from './management-group.repository.ts';
import { pageOfIds } from './page.ts';
import { listSims } from './sim.repository.ts';
import { readSim, setSimEmployee, setSimGroups, setSimState } from './sim.service.ts';
import { setSimIccid } from './sim-iccid.service.ts';
import { type Visibility, visibilityOf } from './visibility.ts';

/** Lists and single things of the fleet, and the changes that people make to them. */
export const addFleetRoutes = (app: FastifyInstance, db: Database): void => {
  const read = <T>(caller: Caller, work: (tx: Transaction, visibility: Visibility) => Promise<T>): Promise<T> =>
    readInAccount(db, caller.accountId, (tx) => work(tx, visibilityOf(caller)));

  servePublic(app, inventoryRoutes.listDevices, ({ query, caller }) => {
    const page = pageOfIds(query);
    return read(caller, (tx, visibility) => listDevices(tx, visibility, query, page));
  });
  servePublic(app, inventoryRoutes.listLines, ({ query, caller }) => {
    const page = pageOfIds(query);
    return read(caller, (tx, visibility) => listLines(tx, visibility, query, page));
  });
  servePublic(app, inventoryRoutes.getLine, ({ params, caller }) => readLine(db, caller, params.id));
  servePublic(app, inventoryRoutes.listSims, ({ query, caller }) => {
    const page = pageOfIds(query);
    return read(caller, (tx, visibility) => listSims(tx, visibility, query, page));
  });
  servePublic(app, inventoryRoutes.getSim, ({ params, caller }) => readSim(db, caller, params.id));
  servePublic(app, inventoryRoutes.listEmployees, ({ query, caller }) => {
    const page = pageOfIds(query);
    return read(caller, (tx, visibility) => listEmployees(tx, visibility, query.q, page));
  });
  servePublic(app, inventoryRoutes.listManagementGroups, ({ query, caller }) => {
    const page = pageOfIds(query);
    return read(caller, (tx, visibility) => listManagementGroups(tx, visibility, page));
  });

  servePublic(app, inventoryRoutes.moveLine, ({ params, body, caller }) => moveLine(db, caller, params.id, body));
  servePublic(app, inventoryRoutes.setSimGroups, ({ params, body, caller }) =>
    setSimGroups(db, caller, params.id, body),
  );
  servePublic(app, inventoryRoutes.setSimEmployee, ({ params, body, caller }) =>
    setSimEmployee(db, caller, params.id, body),
  );
  servePublic(app, inventoryRoutes.setSimState, ({ params, body, caller }) => setSimState(db, caller, params.id, body));
  servePublic(app, inventoryRoutes.setSimIccid, ({ params, body, caller }) => setSimIccid(db, caller, params.id, body));
};
