import { readConfig } from '@simlane/service-kit/config';
import { createLogger, LOG_LEVELS } from '@simlane/service-kit/logger';
import { listen, runService } from '@simlane/service-kit/process';
import { z } from 'zod';
import { buildApp } from './app.ts';
import { memoryJournal, openJournal } from './journal.ts';

const HIGHEST_PORT = 65_535;

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(HIGHEST_PORT).describe('the port to listen on'),
  HOST: z.string().default('127.0.0.1').describe('the address to listen on'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('the least severe line that is written'),
  SANDBOX_CONTROL_TOKEN: z.string().min(16).describe('the bearer token of the control side'),
  SANDBOX_STATE_FILE: z
    .string()
    .optional()
    .describe('where accepted orders are kept; without it they end with the process'),
});

await runService({
  name: 'provider-sandbox',
  start: async (onClose) => {
    const config = readConfig(environment, process.env);
    const logger = createLogger({ name: 'provider-sandbox', level: config.LOG_LEVEL });
    const journal = config.SANDBOX_STATE_FILE === undefined ? memoryJournal() : openJournal(config.SANDBOX_STATE_FILE);
    const app = await buildApp({ controlToken: config.SANDBOX_CONTROL_TOKEN, journal, logger });
    const address = await listen(app, { host: config.HOST, port: config.PORT }, onClose);
    logger.info({ address }, 'listening');
  },
});
