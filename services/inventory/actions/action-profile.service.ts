import type { ActionProfile } from '@simlane/contracts/http/fleet';
import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { toPage } from '@simlane/service-kit/pages';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { requireSameBody } from '@simlane/service-kit/idempotency-key';
import type { Database } from '../database.ts';
import type { PageOfIds } from '../fleet/page.ts';
import {
  addProfile,
  findProfileOfRequest,
  listCustomProfiles,
  readDefaultProfile,
  readProfile,
} from './action-profile.repository.ts';

/** Sorts before every id that there is: the default profile comes first. */
const BEFORE_EVERY_ID = '00000000-0000-0000-0000-000000000000';

/** The default profile, then the custom ones in the order of their ids. */
export const listProfiles = (
  db: Database,
  { accountId }: Pick<Caller, 'accountId'>,
  { afterId, limit }: PageOfIds,
): Promise<{ items: ActionProfile[]; nextCursor: string | null }> =>
  readInAccount(db, accountId, async (tx) => {
    const first = afterId === null ? [await readDefaultProfile(tx, accountId)] : [];
    const custom = await listCustomProfiles(tx, accountId, { afterId, most: limit + 1 });
    return toPage(
      [...first, ...custom].slice(0, limit + 1),
      limit,
      ({ id, isDefault }) => [isDefault ? BEFORE_EVERY_ID : id],
      (profile) => profile,
    );
  });

/**
 * Makes a custom profile, a copy of the default one as it is now. A repeat under the same key is answered with that
 * profile as it is by then.
 *
 * @throws ProblemError `idempotency_key_reused`
 */
export const createProfile = (
  db: Database,
  { accountId, sub }: Pick<Caller, 'accountId' | 'sub'>,
  body: { readonly name: string },
  idempotencyKey: string,
): Promise<ActionProfile> =>
  inAccount(db, accountId, async (tx) => {
    const request = { caller: sub, key: idempotencyKey, bodyHash: bodyHash(body) };
    const { settings } = await readDefaultProfile(tx, accountId);
    const id = await addProfile(tx, accountId, { name: body.name, settings }, request);
    if (id !== undefined) return readProfile(tx, accountId, id);
    const earlier = await findProfileOfRequest(tx, accountId, request);
    if (earlier === undefined) throw new Error('The profile of this request was there a moment ago');
    requireSameBody(earlier, request);
    return readProfile(tx, accountId, earlier.id);
  });
