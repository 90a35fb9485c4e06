import { setDue } from '@simlane/service-kit/due';
import type { Transaction } from '../database.ts';
import { requestDueAt, type StoredRequest } from './qr-request.ts';
import { findRequest, readOutcome } from './qr-request.repository.ts';

/** The kind of due row that a request has; its workflow is woken by it. */
export const QR_REQUEST = 'qr_request';

/** Sets what the request is owed, as the last step of a transaction that changed it or what came of it. */
export const setRequestDue = async (
  tx: Transaction,
  { accountId, id }: Pick<StoredRequest, 'accountId' | 'id'>,
  now: Date,
): Promise<void> => {
  const request = await findRequest(tx, accountId, { id });
  if (request === undefined) throw new Error('a request that was changed has gone');
  const dueAt = requestDueAt(request, await readOutcome(tx, request), now);
  await setDue(tx, { kind: QR_REQUEST, id, accountId, dueAt });
};
