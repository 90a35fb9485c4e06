import type { Caller } from '@simlane/service-kit/authentication';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { ProblemError } from '@simlane/service-kit/problem';
import type { Tx } from '../database.ts';
import { findMade, type KeyedRequest, type MadeByRequest, type VersionedTable } from './versioned.repository.ts';

export const keyedRequest = ({ sub }: Pick<Caller, 'sub'>, key: string, body: unknown): KeyedRequest => ({
  caller: sub,
  key,
  bodyHash: bodyHash(body),
});

/**
 * Does `make` once for a request, and gives the id of what it made; a repeat gives the same id and makes nothing,
 * whatever has become of the thing.
 *
 * @param make inserts, and resolves to the id; undefined where the request had been there before
 * @throws ProblemError `idempotency_key_reused`
 */
export const makeOnce = async (
  tx: Tx,
  where: { table: VersionedTable; accountId: string; givenId?: string },
  request: KeyedRequest,
  make: () => Promise<string | undefined>,
): Promise<string> => {
  const find = () =>
    findMade(tx, where.table, where.accountId, where.givenId === undefined ? request : { id: where.givenId });
  const earlier = await find();
  if (earlier !== undefined) return sameRequest(earlier, request);
  const id = await make();
  if (id !== undefined) return id;
  // The same request came twice at once, and the other one was first.
  const first = await find();
  if (first === undefined) throw new Error('What this request made was there a moment ago');
  return sameRequest(first, request);
};

const sameRequest = (made: MadeByRequest, request: KeyedRequest): string => {
  if (made.bodyHash === request.bodyHash) return made.id;
  throw new ProblemError('idempotency_key_reused', 'The key, or the id, was used with another body', {
    fix: 'Use a new key for a new request, and the same body with the same key',
  });
};
