import { inventoryInternalRoutes as routes } from '@simlane/contracts/http/inventory-internal';
import { qrCodeInternalRoutes as qrCodes } from '@simlane/contracts/http/qr-code-internal';
import type { ServiceClient } from '@simlane/service-kit/service-client';
import type { Inventory } from './inventory.ts';

/** Inventory over its internal HTTP API. */
export const createHttpInventory = (client: ServiceClient): Inventory => ({
  lineForOrder: ({ accountId, actor, lineId, action }) =>
    client.call(routes.getLineForOrder, { accountId, actor, params: { lineId, action } }),

  reserve: ({ accountId, actor, orderId, acceptWarnings, ...body }) =>
    client.call(routes.reserve, {
      accountId,
      actor,
      params: { orderId },
      body: { ...body, acceptWarnings: [...acceptWarnings] },
    }),

  fillIn: ({ accountId, orderId, factId, occurredAt, signalled }) =>
    client.call(routes.fillIn, {
      accountId,
      params: { orderId },
      body: { factId, occurredAt: occurredAt.toISOString(), signalled },
    }),

  enterIccid: ({ accountId, actor, orderId, iccid, reason, acceptWarnings }) =>
    client.call(routes.enterIccid, {
      accountId,
      actor,
      params: { orderId },
      body: { iccid, reason, acceptWarnings: [...acceptWarnings] },
    }),

  qrRequestOutlook: async ({ accountId, actor, lineId, distributorId }) => {
    const request = { accountId, actor, params: { lineId }, query: { distributorId } };
    const { conditions } = await client.call(qrCodes.getRequestOutlook, request);
    return conditions;
  },

  importOrderedCode: ({ accountId, orderId, factId, occurredAt, activationCode, orderedBy }) =>
    client.call(qrCodes.importOrderedCode, {
      accountId,
      params: { orderId },
      body: { factId, occurredAt: occurredAt.toISOString(), activationCode, orderedBy },
    }),

  requestForOrder: ({ accountId, orderId, factId, orderedBy }) =>
    client.call(qrCodes.requestForOrder, { accountId, params: { orderId }, body: { factId, orderedBy } }),
});
