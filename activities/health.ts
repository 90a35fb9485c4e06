import { addHealthRoutes } from '@simlane/service-kit/health';
import type { Logger } from '@simlane/service-kit/logger';
import { listen, type OnClose } from '@simlane/service-kit/process';
import Fastify, { LogController } from 'fastify';

/** `/livez` and `/readyz` of the worker, which serves nothing else. */
export const serveHealth = async (options: {
  logger: Logger;
  host: string;
  port: number;
  isRunning: () => boolean;
  reachTemporal: () => Promise<void>;
  onClose: OnClose;
}): Promise<void> => {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
  });
  addHealthRoutes(app as never, {
    worker: async () => {
      if (!options.isRunning()) throw new Error('not polling');
    },
    temporal: options.reachTemporal,
  });
  await listen(app as never, { host: options.host, port: options.port }, options.onClose);
};
