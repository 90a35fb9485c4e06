import type { Caller } from '@simlane/service-kit/authentication';
import type { FactOrigin } from './fact.repository.ts';

/** A fact that a person or API client brings about; people stand in facts by their id. */
export const originOf = (caller: Pick<Caller, 'kind' | 'sub'>): FactOrigin => ({
  source: caller.kind,
  actorId: caller.sub,
  causeId: null,
});

/** A fact that follows from another one, carried out by the workflow. */
export const carriedOutBecause = (causeId: string): FactOrigin => ({ source: 'workflow', actorId: null, causeId });

/** A fact that the passing of time brings about. */
export const BY_TIME: FactOrigin = { source: 'timer', actorId: null, causeId: null };
