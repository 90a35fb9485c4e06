import type { NewServiceProfile } from '@simlane/contracts/http/service-profiles';
import { shortened } from '@simlane/contracts/http/primitives';
import type { ServiceWish } from '@simlane/contracts/http/sim-services';
import { mayDo } from '@simlane/contracts/permissions';
import type { Caller } from '@simlane/service-kit/authentication';
import { namedUuid } from '@simlane/service-kit/named-uuid';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Database } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import type { ServiceCatalog, ServiceProfileFacts } from './service-catalog.ts';
import { requireChangeable, requireTarget, withoutProfile } from './service-wish.ts';
import { type KeptServices, readServices, type SimRef } from './sim-services.repository.ts';

export interface ServiceChanges {
  readonly db: Database;
  readonly serviceCatalog: ServiceCatalog;
  /**
   * Called after what somebody wants of a SIM is committed. It is due as well, so that nothing hangs on this call, but
   * behind everything else of the account that is due.
   */
  readonly onWanted: (ref: SimRef) => void;
}

export const noSim = (): ProblemError => notFound('There is no such SIM');

/** What a wish is about, read before anything is taken: the catalog is asked in between. */
export interface Ground {
  readonly kept: KeptServices;
  readonly facts: ServiceProfileFacts;
  /** The profile that is to be made first. */
  readonly newProfile: { readonly id: string; readonly content: NewServiceProfile } | null;
}

/** @param making what makes the id of a new profile: the same for a repeat of the request */
export const groundOf = async (
  { db, serviceCatalog }: ServiceChanges,
  caller: Caller,
  { wish, making }: { readonly wish: ServiceWish; readonly making: string },
): Promise<Ground> => {
  const { accountId } = caller;
  const { sim, kept } = await readInAccount(db, accountId, async (tx) => {
    const found = await findSim(tx, visibilityOf(caller), wish.simId);
    if (found === undefined) throw noSim();
    return { sim: found, kept: await readServices(tx, { accountId, simId: wish.simId }) };
  });
  requireChangeable(sim.state);
  if (wish.kind !== 'migrate') {
    const { profile } = kept.services;
    if (profile === null) throw withoutProfile();
    return { kept, facts: await serviceCatalog.profile(accountId, profile.id), newProfile: null };
  }
  const newProfile =
    wish.newProfile === undefined ? null : await newProfileOf(serviceCatalog, caller, { wish, making });
  const facts =
    newProfile === null
      ? await serviceCatalog.profile(accountId, wish.serviceProfileId ?? '')
      : await serviceCatalog.draft(accountId, newProfile.id, newProfile.content);
  requireTarget(facts.profile, sim.providerId, {
    pointer: newProfile === null ? '/serviceProfileId' : '/newProfile/copyOf',
    fix: 'Choose one of GET sims/{id}/service-profile-targets',
  });
  return { kept, facts, newProfile };
};

const newProfileOf = async (
  catalog: ServiceCatalog,
  { accountId, roles }: Caller,
  { wish, making }: { readonly wish: ServiceWish; readonly making: string },
): Promise<Ground['newProfile']> => {
  if (wish.kind !== 'migrate' || wish.newProfile === undefined) return null;
  if (!mayDo(roles, 'catalog:change')) {
    throw new ProblemError('forbidden', 'Only administrators make service profiles', {
      fix: 'Ask an administrator for the profile, and migrate to it with serviceProfileId',
    });
  }
  const { name, ...given } = wish.newProfile;
  const known = name ?? shortened(`Copy of ${(await catalog.profile(accountId, given.copyOf)).profile.name}`);
  return { id: namedUuid(`service-profile ${accountId} ${making}`), content: { ...given, name: known } };
};
