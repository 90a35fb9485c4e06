/** SQLSTATEs that pass by themselves: the same statement can succeed once the server is well again. */
const PASSING_STATES: ReadonlySet<string> = new Set([
  '53000', // insufficient resources
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '57014', // cancelled, by our statement time-out
  '57P01', // shut down by an administrator
  '57P02', // crashed
  '57P03', // starting up
  '58030', // I/O error
  '25P03', // idle in transaction for too long
  '25P04', // transaction took too long
  '25006', // read-only: a standby that is about to take over
  '40001', // could not serialize, after our retries
  '40P01', // deadlock, after our retries
  '55P03', // lock not available
]);
const CONNECTION_CLASS = '08';
const TRANSACTION_CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** pg and its pool report these without a code. */
const OUTAGE_MESSAGE =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|Cannot use a pool after calling end/i;

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The SQLSTATE of a PostgreSQL error, or null where the error is none. */
export const sqlState = (error: unknown): string | null => {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' && SQLSTATE.test(code) && !NETWORK_CODES.has(code) ? code : null;
};

/** The name of the constraint that a statement violated, or null where the error is no violation. */
export const violatedConstraint = (error: unknown): string | null => {
  if (!sqlState(error)?.startsWith('23')) return null;
  const { constraint } = error as { constraint?: unknown };
  return typeof constraint === 'string' ? constraint : null;
};

/** Two transactions got in each other's way, or a migration in the way of a prepared one; this one was rolled back whole. */
export const isTransactionConflict = (error: unknown): boolean =>
  TRANSACTION_CONFLICTS.has(sqlState(error) ?? '') || isStalePlan(error);

/** A prepared statement returns other columns since a migration. The SQLSTATE is that of any unsupported feature. */
export const isStalePlan = (error: unknown): boolean =>
  sqlState(error) === '0A000' && error instanceof Error && error.message.startsWith('cached plan must not change');

/** Whether the database, or the way to it, is at fault and not the statement. */
export const isPostgresOutage = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null) return PASSING_STATES.has(state) || state.startsWith(CONNECTION_CLASS);
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isPostgresOutage);
  const { code } = error as Error & { code?: unknown };
  return (typeof code === 'string' && NETWORK_CODES.has(code)) || OUTAGE_MESSAGE.test(error.message);
};
