import type { ConnectionProvider, DatabaseConnection } from 'kysely';

/** Gives the same connection to every statement, one at a time and in the order they were asked for. */
export class SingleConnection implements ConnectionProvider {
  readonly #connection: DatabaseConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    const run = this.#last.then(() => consumer(this.#connection));
    this.#last = run.catch(() => undefined);
    return run;
  }
}
