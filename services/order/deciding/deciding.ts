import type { Caller } from '@simlane/service-kit/authentication';
import type { NewFact } from '../processing/fact.repository.ts';

/** One decision, as it is written down: who, why, and the key under which a repeat is recognised. */
export interface Deciding {
  readonly caller: Caller;
  readonly reason: string;
  readonly identity: NonNullable<NewFact['decision']>;
}
