import { CompiledQuery, type Driver, Kysely, PostgresDialect, PostgresDriver, Transaction } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import type { Logger } from './logger.ts';
import { isTransactionConflict } from './postgres-errors.ts';
import { PreparingClient } from './preparing-client.ts';
import { SingleConnection } from './single-connection.ts';
import { isUuid } from './uuid-v7.ts';

/** One service on its share of a small server; PostgreSQL gains nothing from more busy connections than cores × 4. */
const DEFAULT_POOL_SIZE = 10;
/** A request waits no longer for a connection than its caller waits for us. */
const CONNECTION_TIMEOUT_MS = 4_000;
/** No statement of ours takes a second; what takes ten is a lock that nobody ends. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** A transaction that does nothing for so long was left behind. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;
/** Client-side bound, so much above the server's own, for a server that has gone away without a word. */
const SILENCE_TIMEOUT_MS = 5_000;

/**
 * Dates stay texts (`2026-02-01`; pg would make a local midnight of them), 64-bit integers become numbers (counts
 * and versions; one that does not fit is an error instead of a wrong number), times become `Date`.
 */
const typeParsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid, format) => {
    if (format === 'binary') return types.getTypeParser(oid, format);
    if (oid === types.builtins.DATE) return (text: string) => text;
    if (oid === types.builtins.INT8) return parseInteger;
    return types.getTypeParser(oid, 'text');
  },
};

const parseInteger = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError('A 64-bit integer does not fit into a number');
  return number;
};

export interface PoolOptions {
  readonly url: string;
  /** Shown by PostgreSQL as the name of the application. */
  readonly name: string;
  readonly max?: number;
  /** Bound on a single statement, {@link STATEMENT_TIMEOUT_MS} unless given; `none` for migrations. */
  readonly statements?: 'none' | { readonly timeoutMs: number };
  readonly logger?: Logger;
}

/** A pool of connections, each opened when it is first needed. Lost connections are replaced at their next use. */
export const createPool = ({ url, name, max = DEFAULT_POOL_SIZE, statements, logger }: PoolOptions): Pool => {
  const timeoutMs = statements === 'none' ? null : (statements?.timeoutMs ?? STATEMENT_TIMEOUT_MS);
  const pool = new Pool({
    Client: PreparingClient,
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(timeoutMs === null ? {} : { statement_timeout: timeoutMs, query_timeout: timeoutMs + SILENCE_TIMEOUT_MS }),
    keepAlive: true,
    types: typeParsers,
  });
  // Without a listener, PostgreSQL ending an idle connection would end the process.
  pool.on('error', (err) => logger?.warn({ err }, 'an idle database connection was lost'));
  // The same for one that is in use: the statement under way, or the next one, rejects and tells.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** Kysely over a pool. Only `due` may be used on it directly; everything else needs {@link inAccount}. */
export class Database<DB> extends Kysely<DB> {
  readonly pool: Pool;
  readonly dialect: PostgresDialect;
  /** Ends transactions; connections come from Kysely's own driver over the same pool. */
  readonly driver: Driver;

  constructor(pool: Pool) {
    const dialect = new PostgresDialect({ pool });
    super({ dialect });
    this.pool = pool;
    this.dialect = dialect;
    this.driver = new PostgresDriver({ pool });
  }

  /** Ends the pool, when the statements under way have ended. */
  override async destroy(): Promise<void> {
    await super.destroy();
    // Kysely leaves alone a pool that it never used; a readiness check may have.
    if (!this.pool.ending) await this.pool.end();
  }
}

export const createDatabase = <DB>(pool: Pool): Database<DB> => new Database<DB>(pool);

/** Resolves when PostgreSQL answers; a check for `/readyz`. */
export const checkPool =
  (pool: Pool): (() => Promise<void>) =>
  async () => {
    await pool.query('select 1');
  };

/** Two transactions that collide once seldom collide a third time. */
const MOST_ATTEMPTS = 3;

/**
 * Does the work in one transaction that sees and changes only rows of the account: row-level security reads
 * `simlane.account_id`, which is set for this transaction alone. Commits when the work resolves, rolls back when it
 * rejects and rejects with the same error.
 *
 * After a deadlock or serialization failure it is done again, at most {@link MOST_ATTEMPTS} times in all: the work
 * must have no effect outside of the transaction. After a lost connection it is not: the commit may have landed.
 *
 * @param accountId a UUID; anything else is an error of ours, thrown before anything is sent
 */
export const inAccount = <DB, T>(
  db: Database<DB>,
  accountId: string,
  work: (tx: Transaction<DB>) => Promise<T>,
): Promise<T> => transact(db, accountId, 'begin', work);

/** As {@link inAccount}, for work that changes nothing: PostgreSQL refuses every write and lock (25006). */
export const readInAccount = <DB, T>(
  db: Database<DB>,
  accountId: string,
  work: (tx: Transaction<DB>) => Promise<T>,
): Promise<T> => transact(db, accountId, 'begin read only', work);

const transact = async <DB, T>(
  db: Database<DB>,
  accountId: string,
  begin: 'begin' | 'begin read only',
  work: (tx: Transaction<DB>) => Promise<T>,
): Promise<T> => {
  if (!isUuid(accountId)) throw new TypeError('An account is named by a UUID');
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptTransaction(db, accountId, begin, work);
    } catch (error) {
      if (attempt >= MOST_ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
};

const attemptTransaction = <DB, T>(
  db: Database<DB>,
  accountId: string,
  begin: 'begin' | 'begin read only',
  work: (tx: Transaction<DB>) => Promise<T>,
): Promise<T> => {
  const executor = db.getExecutor();
  return executor.provideConnection(async (connection) => {
    const tx = new Transaction<DB>({
      config: { dialect: db.dialect },
      dialect: db.dialect,
      driver: db.driver,
      executor: executor.withConnectionProvider(new SingleConnection(connection)),
    });
    let result: T;
    try {
      // One round trip for both. It takes no parameters, hence the check of the UUID before.
      await connection.executeQuery(CompiledQuery.raw(`${begin}; set local simlane.account_id = '${accountId}'`));
      result = await work(tx);
    } catch (error) {
      // A rollback that fails marks the connection, and the pool drops it; the first error is the one that tells.
      await db.driver.rollbackTransaction(connection).catch(() => undefined);
      throw error;
    }
    // Outside of the try: after a failed commit there is nothing to roll back, and its outcome may be unknown.
    await db.driver.commitTransaction(connection);
    return result;
  });
};
