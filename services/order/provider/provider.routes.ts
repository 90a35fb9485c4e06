import { orderInternalRoutes } from '@simlane/contracts/http/order-internal';
import { providerSignalRoutes } from '@simlane/contracts/http/provider-signals';
import { idSchema } from '@simlane/contracts/http/primitives';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { decodeCursor, toPage } from '@simlane/service-kit/pages';
import { serveRaw } from '@simlane/service-kit/raw-routes';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ConnectionKeeper, readConnection } from './provider-connection.service.ts';
import { findSignal, listSignals, shownSignal } from './provider-signal.repository.ts';
import { replaySignal, type SignalDependencies, takeInSignal } from './provider-signal.service.ts';

const HTTP_ACCEPTED = 202;
const pageKey = z.tuple([idSchema]);

export const addProviderRoutes = (
  app: FastifyInstance,
  dependencies: SignalDependencies & { publicUrl: string },
): void => {
  const { db, publicUrl } = dependencies;

  serveRaw(
    app,
    {
      method: 'POST',
      path: '/orders/v1/provider-signals/:accountId/:providerId',
      summary: "A provider's signed signal about an order or a SIM's services (Standard Webhooks)",
      tag: 'Provider signals',
    },
    async ({ params, rawBody, request, reply }) => {
      reply.code(HTTP_ACCEPTED);
      const { accountId = '', providerId = '' } = params;
      return takeInSignal(dependencies, {
        accountId: accountId.toLowerCase(),
        providerId: providerId.toLowerCase(),
        rawBody,
        headers: {
          id: header(request, 'webhook-id'),
          timestamp: header(request, 'webhook-timestamp'),
          signature: header(request, 'webhook-signature'),
        },
      });
    },
  );

  servePublic(app, providerSignalRoutes.getProviderConnection, async ({ params: { providerId }, caller }) => {
    const { address, updatedAt } = await readConnection(db, caller.accountId, providerId);
    const signalUrl = `${publicUrl}/orders/v1/provider-signals/${caller.accountId}/${providerId}`;
    return { providerId, address, signalUrl, updatedAt: updatedAt.toISOString() };
  });

  servePublic(
    app,
    providerSignalRoutes.listProviderSignals,
    async ({ query: { limit, cursor, ...filter }, caller }) => {
      const [beforeId] = cursor === undefined ? [undefined] : decodeCursor(pageKey, cursor);
      const page = { beforeId, limit: limit + 1 };
      const signals = await readInAccount(db, caller.accountId, (tx) =>
        listSignals(tx, caller.accountId, filter, page),
      );
      return toPage(signals, limit, ({ id }) => [id], shownSignal);
    },
  );

  servePublic(app, providerSignalRoutes.getProviderSignal, async ({ params: { receipt }, caller }) => {
    const signal = await readInAccount(db, caller.accountId, (tx) => findSignal(tx, caller.accountId, receipt));
    if (signal === undefined) throw notFound();
    return shownSignal(signal);
  });

  servePublic(app, providerSignalRoutes.replayProviderSignal, ({ params, body, caller, idempotencyKey }) =>
    replaySignal(dependencies, caller, params.receipt, body, idempotencyKey),
  );
};

/** Only where seeding is allowed. */
export const addProviderSeedRoute = (internal: FastifyInstance, connections: ConnectionKeeper): void => {
  serveInternal(internal, orderInternalRoutes.seed, async ({ caller, body }) => {
    await connections.put(caller.accountId, body.providerConnections);
    return undefined;
  });
};

const header = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};
