import type { NewServiceProfile, ServiceProfile, serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import type { RouteBody } from '@simlane/contracts/http/route';
import type { Caller } from '@simlane/service-kit/authentication';
import { inAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Db, Tx } from '../database.ts';
import { findItem } from '../resource.ts';
import { keyedRequest, makeOnce } from './making.service.ts';
import { holdRatePlan } from './rate-plan.repository.ts';
import { readItem, requireProvider } from './reading.ts';
import { holdServicePack } from './service-pack.repository.ts';
import {
  addServiceProfile,
  changeServiceProfile,
  type HeldProfile,
  holdServiceProfile,
  serviceProfiles,
} from './service-profile.repository.ts';
import { optionsOfNew, partsOf, requireFitting, whyNotEditable } from './service-profile.ts';
import type { KeyedRequest } from './versioned.repository.ts';
import { requireUnarchived, requireVersion } from './versioned.ts';

/** @throws ProblemError `not_found`, `archived` (pack, plan or provider), `profile_invalid`, `idempotency_key_reused` */
export const createServiceProfile = (
  db: Db,
  caller: Caller,
  wanted: NewServiceProfile,
  key: string,
): Promise<ServiceProfile> => {
  const { accountId, sub } = caller;
  const request = keyedRequest(caller, key, wanted);
  return inAccount(db, accountId, async (tx) => {
    const id = await makeOnce(tx, { table: 'service_profile', accountId }, request, () =>
      makeProfile(tx, accountId, { id: uuidV7(), wanted, sub, request }),
    );
    return readItem(tx, accountId, id, serviceProfiles);
  });
};

interface ProfileToMake {
  readonly id: string;
  readonly wanted: NewServiceProfile;
  readonly sub: string;
  readonly request: KeyedRequest | null;
}

/** Adds the profile in its first version. */
export const makeProfile = async (
  tx: Tx,
  accountId: string,
  { id, wanted, sub, request }: ProfileToMake,
): Promise<string | undefined> => {
  const { profile } = await profileWanted(tx, accountId, id, wanted);
  return (await addServiceProfile(tx, accountId, profile, { sub, request })) ? id : undefined;
};

/** Holds pack and plan, so that neither is archived or edited until the transaction ends, and says what is to be made. */
export const profileWanted = async (tx: Tx, accountId: string, id: string, wanted: NewServiceProfile) => {
  const source =
    wanted.copyOf === undefined ? undefined : await findItem(tx, accountId, wanted.copyOf, serviceProfiles);
  if (wanted.copyOf !== undefined && source === undefined) throw notFound('There is no such service profile to copy');
  const { servicePackId, ratePlanId } = partsOf(wanted, source);
  const pack = await holdServicePack(tx, accountId, servicePackId, 'as_it_is');
  if (pack === undefined) throw notFound('There is no such service pack');
  const plan = await holdRatePlan(tx, accountId, ratePlanId, 'as_it_is');
  if (plan === undefined) throw notFound('There is no such rate plan');
  await requireProvider(tx, accountId, pack.providerId);
  requireUnarchived('service pack', pack);
  requireUnarchived('rate plan', plan);
  const options = optionsOfNew(wanted, source, pack);
  requireFitting(pack, plan, options);
  const profile = { id, name: wanted.name, providerId: pack.providerId, servicePackId, ratePlanId, options };
  return { profile, pack, plan };
};

/**
 * Renames a profile in the version that the caller has read. What it cannot change here is refused with the call that
 * does it, unless it is as it is wanted.
 *
 * @throws ProblemError `stale_version`, `archived`, `profile_fixed`, `service_change_needed`
 */
export const editServiceProfile = (
  db: Db,
  { accountId, sub }: Caller,
  { id, version }: { id: string; version: number },
  wanted: RouteBody<typeof serviceProfileRoutes.editServiceProfile>,
): Promise<ServiceProfile> =>
  inAccount(db, accountId, async (tx) => {
    const held = await takeProfile(tx, accountId, id);
    requireVersion(held.profile.version, version);
    requireUnarchived('service profile', held.profile);
    const refusal = whyNotEditable(held.profile, wanted);
    if (refusal !== undefined) throw refusal;
    const { name = held.profile.name } = wanted;
    if (name !== held.profile.name) await changeServiceProfile(tx, accountId, held, { name }, sub);
    return readItem(tx, accountId, id, serviceProfiles);
  });

/** Archives a profile: no SIM is put on it any more. A repeat changes nothing. */
export const archiveServiceProfile = (db: Db, { accountId, sub }: Caller, id: string): Promise<ServiceProfile> =>
  inAccount(db, accountId, async (tx) => {
    const held = await takeProfile(tx, accountId, id);
    if (held.profile.archivedAt === null) {
      await changeServiceProfile(tx, accountId, held, { archivedAt: new Date().toISOString() }, sub);
    }
    return readItem(tx, accountId, id, serviceProfiles);
  });

export const takeProfile = async (tx: Tx, accountId: string, id: string): Promise<HeldProfile> => {
  const held = await holdServiceProfile(tx, accountId, id);
  if (held === undefined) throw notFound();
  return held;
};
