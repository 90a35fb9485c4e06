/** The applied facts that a run has heard of, in their order, each once however often it is told. */
import type { FactApplied } from '@simlane/contracts/sim-replacement';

export class FactInbox {
  readonly #heard = new Set<string>();
  readonly #waiting: FactApplied[] = [];

  /** Adds a fact at the end; one that was heard of before is ignored. */
  add(fact: FactApplied): void {
    if (this.#heard.has(fact.factId)) return;
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
