import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { ConfigError } from './config.ts';
import { redactText } from './redaction.ts';

/** Kubernetes kills after 30 s; requests take less than 10. */
const DRAIN_TIMEOUT_MS = 10_000;

/** Registers what is to be ended. Ended in reverse order, so the server registered last stops accepting first. */
export type OnClose = (close: () => Promise<unknown>) => void;

/**
 * Runs a process of ours: starts it, and on SIGTERM or SIGINT ends everything registered with `onClose` in reverse
 * order, within 10 s. A start that fails, an unhandled rejection and an uncaught exception end it with code 1.
 */
export const runService = async (options: {
  name: string;
  start: (onClose: OnClose) => Promise<void>;
}): Promise<void> => {
  const closers: (() => Promise<unknown>)[] = [];
  const report = (what: string, error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(
      `${redactText(JSON.stringify({ level: 'fatal', name: options.name, msg: what, error: text }))}\n`,
    );
  };
  const closeAll = async (): Promise<void> => {
    for (const close of closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        // The others are to be ended all the same.
        report('could not be closed', error);
      }
    }
  };
  closeWithGrace(
    {
      delay: DRAIN_TIMEOUT_MS,
      logger: false,
      skip: ['beforeExit'],
      onTimeout: () => report('not drained in time', ''),
    },
    async ({ err }) => {
      if (err !== undefined) {
        report('ended by an unexpected error', err);
        process.exitCode = 1;
      }
      await closeAll();
    },
  );
  try {
    await options.start((close) => closers.push(close));
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${options.name} did not start. ${error.message}\n`);
    else report('did not start', error);
    await closeAll();
    process.exit(1);
  }
};

/** Listens, and closes in time: registered with `onClose` before anything can arrive. */
export const listen = async (
  app: FastifyInstance,
  at: { host: string; port: number },
  onClose: OnClose,
): Promise<string> => {
  onClose(() => app.close());
  return app.listen({ host: at.host, port: at.port });
};
