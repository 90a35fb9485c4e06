/** Work that goes on beside the story and is waited for only at its end. */
import { log } from '@temporalio/workflow';

export class Asides {
  #underWay = 0;

  /** @param onDone is told what came of it; undefined: there was nothing to do */
  begin<T>(work: Promise<T | undefined>, onDone: (outcome: T) => void): void {
    this.#underWay += 1;
    void this.#finish(work, onDone);
  }

  async #finish<T>(work: Promise<T | undefined>, onDone: (outcome: T) => void): Promise<void> {
    try {
      const outcome = await work;
      if (outcome !== undefined) onDone(outcome);
    } catch (error) {
      // Steps are retried until they are done, so this is the end of the run; whoever starts it again finds the fact.
      log.warn('an aside ended before it was done', { error });
    } finally {
      this.#underWay -= 1;
    }
  }

  get areDone(): boolean {
    return this.#underWay === 0;
  }
}
