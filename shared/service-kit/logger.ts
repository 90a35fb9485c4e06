import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { redactLine } from './redaction.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Logger = PinoLogger;

/**
 * A logger that writes one JSON object a line to standard output. Authorization headers, cookies, tokens, secrets,
 * link tokens and activation codes are replaced before the line is written, wherever in it they stand.
 *
 * @param options.destination where lines go instead, for tests
 */
export const createLogger = (options: { name: string; level: LogLevel; destination?: DestinationStream }): Logger =>
  pino(
    {
      name: options.name,
      level: options.level,
      base: { name: options.name },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      hooks: { streamWrite: redactLine },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  );

/** How many causes of an error are followed; deeper chains are always loops of wrapping. */
const DEEPEST_CAUSE = 4;

/** What of an error is logged: its message and stack, and never the row values that PostgreSQL puts into `detail`. */
export const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return typeof error === 'object' ? { type: 'unknown' } : error;
  const { code, constraint, table, service, status } = error as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(service === undefined ? {} : { service }),
    ...(status === undefined ? {} : { status }),
    stack: error.stack,
    ...(error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
};
