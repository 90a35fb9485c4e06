import { Client } from 'pg';
import { isStalePlan } from './postgres-errors.ts';

/** The statements of a service, with the variants that optional filters make of them, are some dozens. */
const MOST_STATEMENTS = 500;

/**
 * A connection that has each statement with parameters planned once: planning behind row-level security costs more
 * than running. A statement is prepared when it is first sent, and known by its text afterwards.
 *
 * A migration can make a prepared `select *` return other columns; PostgreSQL then refuses the old plan. From that
 * refusal on the connection plans each statement anew, and the transaction is done again by `inAccount`.
 */
export class PreparingClient extends Client {
  readonly #names = new Map<string, string>();
  #prepares = true;

  // pg declares nine overloads, of which the one with a text and values is the one that is changed.
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  override query(...given: any[]): any {
    const [text, values, callback] = given as [unknown, unknown, unknown];
    const name = Array.isArray(values) && values.length > 0 && callback === undefined ? this.#nameOf(text) : undefined;
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    const send = super.query.bind(this) as (...all: any[]) => any;
    if (name === undefined) return send(...given);
    return (send({ name, text, values }) as Promise<unknown>).catch((error: unknown) => {
      if (isStalePlan(error)) this.#prepares = false;
      throw error;
    });
  }

  #nameOf(text: unknown): string | undefined {
    if (typeof text !== 'string' || !this.#prepares) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= MOST_STATEMENTS) return known;
    const name = `statement-${this.#names.size + 1}`;
    this.#names.set(text, name);
    return name;
  }
}
