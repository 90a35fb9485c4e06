/** The applied facts that a run has heard of, in their order, each once however often it is told. */
import { isActionableFact } from '@simlane/contracts/facts';
import type { FactApplied } from '@simlane/contracts/sim-replacement';

export class FactInbox {
  readonly #heard = new Set<string>();
  readonly #waiting: FactApplied[] = [];

  /**
   * Adds a fact at the end. One that was heard of before is ignored, and so is what is no fact: anybody who can reach
   * Temporal can send a signal with anything in it, and it must not stand in the way of those that follow.
   */
  add(fact: unknown): void {
    if (!isFactApplied(fact) || this.#heard.has(nameOf(fact))) return;
    this.#heard.add(nameOf(fact));
    this.#waiting.push(fact);
  }

  /** Puts the facts that the order itself lists before those that only signals told of: its order is the one that counts. */
  addFirst(facts: readonly FactApplied[]): void {
    const told = this.#waiting.splice(0);
    const listed = new Set(facts.map(nameOf));
    for (const name of listed) this.#heard.add(name);
    this.#waiting.push(...facts, ...told.filter((fact) => !listed.has(nameOf(fact))));
  }

  take(): FactApplied | undefined {
    return this.#waiting.shift();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get waiting(): readonly FactApplied[] {
    return [...this.#waiting];
  }
}

/** With its kind: a fact that somebody has told under a wrong one is still heard under the right one. */
const nameOf = ({ factId, kind }: FactApplied): string => `${factId} ${kind}`;

/** RFC 9562, as the order service reads it: a step that it does not understand would be tried for ever. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const isFactApplied = (value: unknown): value is FactApplied => {
  if (typeof value !== 'object' || value === null || !('factId' in value) || !('kind' in value)) return false;
  const { factId, kind } = value;
  return typeof factId === 'string' && UUID.test(factId) && typeof kind === 'string' && isActionableFact(kind);
};
