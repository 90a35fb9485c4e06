/** Work that goes on beside the story and is waited for only at its end. */
import { log } from '@temporalio/workflow';

export class Asides {
  #underWay = 0;

  begin(work: Promise<void>): void {
    this.#underWay += 1;
    const end = (): void => {
      this.#underWay -= 1;
    };
    work.then(end, (error: unknown) => {
      // Steps are retried until they are done, so this is the end of the run; whoever starts it again finds the fact.
      log.warn('an aside ended before it was done', { error });
      end();
    });
  }

  get areDone(): boolean {
    return this.#underWay === 0;
  }
}
