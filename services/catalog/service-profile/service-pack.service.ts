import type { ServicePack, servicePackRoutes } from '@simlane/contracts/http/service-profiles';
import type { RouteBody } from '@simlane/contracts/http/route';
import { type PackContent, packFaults } from '@simlane/contracts/service-options';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { inAccount } from '@simlane/service-kit/postgres';
import { invalidRequest, notFound } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Db, Tx } from '../database.ts';
import { keyedRequest, makeOnce } from './making.service.ts';
import { readItem, requireProvider } from './reading.ts';
import { packEditFaults } from './service-pack.ts';
import { addServicePack, changeServicePack, holdServicePack, servicePacks } from './service-pack.repository.ts';
import { listProfilesUsing } from './service-profile.repository.ts';
import { editRefused, inUse, requireUnarchived, requireVersion } from './versioned.ts';

/** @throws ProblemError `invalid_request`, `not_found` or `archived` (the provider), `idempotency_key_reused` */
export const createServicePack = (
  db: Db,
  caller: Caller,
  body: RouteBody<typeof servicePackRoutes.createServicePack>,
  key: string,
): Promise<ServicePack> => {
  requireSound(body);
  const { accountId, sub } = caller;
  const request = keyedRequest(caller, key, body);
  return inAccount(db, accountId, async (tx) => {
    const id = await makeOnce(tx, { table: 'service_pack', accountId }, request, async () => {
      await requireProvider(tx, accountId, body.providerId);
      const fresh = uuidV7();
      return (await addServicePack(tx, accountId, { id: fresh, ...body }, { sub, request })) ? fresh : undefined;
    });
    return readItem(tx, accountId, id, servicePacks);
  });
};

/**
 * Edits a pack in the version that the caller has read; what the command leaves out stays, and the same again makes no
 * version. Nothing that a profile holds can be taken from it by this.
 *
 * @throws ProblemError `stale_version`, `archived`, `invalid_request`, `used_by_profiles`
 */
export const editServicePack = (
  db: Db,
  { accountId, sub }: Caller,
  { id, version }: { id: string; version: number },
  changes: RouteBody<typeof servicePackRoutes.editServicePack>,
): Promise<ServicePack> =>
  inAccount(db, accountId, async (tx) => {
    const pack = await takePack(tx, accountId, id);
    requireVersion(pack.version, version);
    requireUnarchived('service pack', pack);
    const { name = pack.name, options = pack.options, rules = pack.rules } = changes;
    const wanted = { ...pack, name, options, rules };
    if (bodyHash(wanted) === bodyHash(pack)) return pack;
    requireSound(wanted);
    const faults = packEditFaults(pack, wanted, await listProfilesUsing(tx, accountId, { servicePackId: id }));
    if (faults.length > 0) throw editRefused(pack, faults);
    return changeServicePack(tx, accountId, pack, { name, options, rules }, sub);
  });

/** Archives a pack that no profile uses; a repeat changes nothing. @throws ProblemError `used_by_profiles` */
export const archiveServicePack = (db: Db, { accountId, sub }: Caller, id: string): Promise<ServicePack> =>
  inAccount(db, accountId, async (tx) => {
    const pack = await takePack(tx, accountId, id);
    if (pack.archivedAt !== null) return pack;
    const profiles = await listProfilesUsing(tx, accountId, { servicePackId: id });
    if (profiles.length > 0) throw inUse('service pack', pack, profiles);
    return changeServicePack(tx, accountId, pack, { archivedAt: new Date().toISOString() }, sub);
  });

const takePack = async (tx: Tx, accountId: string, id: string): Promise<ServicePack> => {
  const pack = await holdServicePack(tx, accountId, id, 'to_change');
  if (pack === undefined) throw notFound();
  return pack;
};

const requireSound = (content: PackContent): void => {
  const faults = packFaults(content);
  if (faults.length > 0) throw invalidRequest(faults);
};
