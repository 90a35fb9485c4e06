import type { SimRef } from './sim-services.repository.ts';

/** The workflow that brings a SIM's services to what is wanted, as inventory wakes it. A repeat is harmless. */
export interface ServicesWorkflow {
  /**
   * @param options.again it was woken before and nothing came of it
   * @param options.givesWay nobody waits for it: what a person has asked for goes before
   */
  wake(sim: SimRef, options: { readonly again: boolean; readonly givesWay: boolean }): Promise<void>;
}
