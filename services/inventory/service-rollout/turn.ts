/** What becomes of one SIM when its turn in a rollout comes. Pure. */
import type { Changes } from '@simlane/contracts/http/sim-services';
import type { ServiceChangeState } from '@simlane/contracts/service-changes';
import type { HeldServices } from '../sim-services/changing.ts';
import { billingOf, contentOf, type ProviderTerms, type ServiceProfileFacts } from '../sim-services/service-catalog.ts';
import type { Wants } from '../sim-services/service-change.ts';
import { changesNothing, shownChanges } from '../sim-services/service-wish.ts';
import { migrate, reattach, retry, setProfileVersion, type SimServices } from '../sim-services/sim-services.ts';
import type { StoredRollout } from './rollout.repository.ts';

export type Turn =
  /** Something else was wanted of it later. */
  | { readonly kind: 'superseded' }
  /** It is discarded. */
  | { readonly kind: 'ended' }
  /** It is so already. */
  | { readonly kind: 'unchanged' }
  /** Its change has not failed any more, without us. */
  | { readonly kind: 'settled' }
  /** What has to be known of it was not asked: its turn comes again. */
  | { readonly kind: 'later' }
  | { readonly kind: 'retry'; readonly after: SimServices }
  | { readonly kind: 'change'; readonly after: SimServices; readonly changes: Changes; readonly wants: Wants };

export interface Asked {
  readonly rollout: Pick<StoredRollout, 'kind' | 'profileId' | 'profile'>;
  /** By service profile. */
  readonly facts: ReadonlyMap<string, ServiceProfileFacts>;
  /** Of its provider; absent where that was not asked. */
  readonly provider: ProviderTerms | undefined;
  /** Of the change that this turn makes, or that has failed before. */
  readonly changeId: string;
  /** The state of the change that it had before. */
  readonly before: ServiceChangeState | null;
  readonly isOvertaken: boolean;
  readonly now: Date;
}

export const turnOf = ({ services, sim }: Pick<HeldServices, 'services' | 'sim'>, asked: Asked): Turn => {
  if (asked.isOvertaken) return { kind: 'superseded' };
  if (!sim.isInUse) return { kind: 'ended' };
  if (asked.before !== null && asked.before !== 'failed') return { kind: 'settled' };
  if (asked.before === 'failed') {
    const { provider, changeId, now } = asked;
    if (provider === undefined) return { kind: 'later' };
    return { kind: 'retry', after: retry(services, { changeId, billing: billingOf({ provider }), now }) };
  }
  const after = wanted(services, asked);
  return after === null ? { kind: 'later' } : changeTo(services, after, asked);
};

/** Null where what has to be known of its profile was not asked. */
const wanted = (services: SimServices, { rollout, facts, changeId, now }: Asked): SimServices | null => {
  switch (rollout.kind) {
    case 'edit_profile':
      return rollout.profile && setProfileVersion(services, rollout.profile);
    case 'migrate': {
      const target = facts.get(rollout.profileId ?? '');
      return target ? migrate(services, contentOf(target), { changeId, billing: billingOf(target), now }) : null;
    }
    case 'reattach': {
      if (services.profile === null || services.deviation === null) return services;
      const own = facts.get(services.profile.id);
      return own ? reattach(services, contentOf(own)) : null;
    }
  }
};

const changeTo = (before: SimServices, after: SimServices, { rollout }: Asked): Turn => {
  const changes = shownChanges(before, after);
  // A plan that was refused is wanted again by a migration, which shows nothing.
  if (after === before || (changesNothing(changes) && after.failed.plan === before.failed.plan)) {
    return { kind: 'unchanged' };
  }
  const plan = rollout.kind === 'migrate' ? (after.profile?.plan ?? null) : null;
  return { kind: 'change', after, changes, wants: { options: after.options, plan } };
};
