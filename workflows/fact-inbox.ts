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
    if (!isFactApplied(fact) || this.#heard.has(fact.factId)) return;
    this.#heard.add(fact.factId);
    this.#waiting.push(fact);
  }

  /** Puts the facts that the order itself lists before those that only signals told of: its order is the one that counts. */
  addFirst(facts: readonly FactApplied[]): void {
    const told = this.#waiting.splice(0);
    for (const fact of facts) this.#heard.add(fact.factId);
    this.#waiting.push(...facts, ...told.filter((fact) => facts.every(({ factId }) => factId !== fact.factId)));
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

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const isFactApplied = (value: unknown): value is FactApplied => {
  if (typeof value !== 'object' || value === null || !('factId' in value) || !('kind' in value)) return false;
  const { factId, kind } = value;
  return typeof factId === 'string' && UUID.test(factId) && typeof kind === 'string' && isActionableFact(kind);
};
