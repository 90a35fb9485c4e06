import type { StoredServiceCall } from './service-call.ts';

/** The workflow that keeps one SIM's services as they are wanted; there is one for each SIM, whoever starts it. */
export interface SimServicesWorkflow {
  /**
   * The workflow of the call's SIM runs and hears that the call has an answer; it is started if it is not there. A
   * repeat is harmless: what was said it reads, and what it has taken it skips.
   *
   * @param again it was woken before and nothing came of it: a run that is not as we start it is replaced by one that is
   */
  wake(
    call: Pick<StoredServiceCall, 'accountId' | 'simId' | 'providerId' | 'changeId'>,
    options: { again: boolean },
  ): Promise<void>;
}
