import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { type ActionLists, actionsOfLine, actionsOfSim, deviceWithActions } from './action-list.service.ts';

/** Every action of a line, a SIM or a device, with each condition and its fix. */
export const addActionListRoutes = (app: FastifyInstance, lists: ActionLists): void => {
  servePublic(app, inventoryRoutes.listLineActions, async ({ params, caller }) => ({
    items: await actionsOfLine(lists, caller, params.id),
  }));
  servePublic(app, inventoryRoutes.listSimActions, async ({ params, caller }) => ({
    items: await actionsOfSim(lists, caller, params.id),
  }));
  servePublic(app, inventoryRoutes.listDeviceActions, async ({ params, caller }) => {
    const { actions } = await deviceWithActions(lists, caller, params.id);
    return { items: actions };
  });
  servePublic(app, inventoryRoutes.getDevice, ({ params, caller }) => deviceWithActions(lists, caller, params.id));
};
