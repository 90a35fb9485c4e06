import type { Actor, Caller } from '@simlane/service-kit/authentication';
import type { Origin } from './timeline.repository.ts';

/** Somebody did it through the public API. */
export const byCaller = ({ kind, sub }: Caller): Origin => ({ source: kind, actorId: sub, causeId: null });

/** Somebody did it through another of our services, which passed on who it is. */
export const byActor = (actor: Actor, orderId: string): Origin => ({
  source: actor.roles.includes('operations') ? 'operations' : 'user',
  actorId: actor.sub,
  causeId: orderId,
});

/** A fact of an order asks for it: the workflow carries it out, or the provider's word brings it. */
export const byFact = (source: 'workflow' | 'provider', fact: { factId: string; occurredAt: string }): Origin => ({
  source,
  actorId: null,
  causeId: fact.factId,
  occurredAt: new Date(fact.occurredAt),
});
