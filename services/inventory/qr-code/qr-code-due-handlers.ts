/** What the due loop does for requests and notifications: it wakes their workflows, and looks whether anything is left. */
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import type { Database } from '../database.ts';
import { QR_NOTIFICATION } from './notification.service.ts';
import { findRequest, lockRequest, readOutcome } from './qr-request.repository.ts';
import { claimOf } from './qr-request.ts';
import { QR_REQUEST, setRequestDue } from './request-due.ts';
import type { QrCodeWorkflows } from './request-workflow.ts';

export const createQrCodeDueHandlers = ({
  db,
  workflows,
}: {
  db: Database;
  workflows: QrCodeWorkflows;
}): Record<typeof QR_REQUEST | typeof QR_NOTIFICATION, DueHandler> => ({
  [QR_REQUEST]: async ({ id, accountId, tries }) => {
    const found = await readInAccount(db, accountId, async (tx) => {
      const request = await findRequest(tx, accountId, { id });
      return request && { request, claim: claimOf(request, await readOutcome(tx, request), new Date()) };
    });
    if (found === undefined) return;
    const { request, claim } = found;
    // Where nothing is owed, this is the daily look: a run that somebody else has started would be found by nothing else.
    const isLook = claim.owed === null;
    await workflows.wakeRequest(request, { again: tries > 0 || isLook });
    if (!isLook) return;
    await inAccount(db, accountId, async (tx) => {
      const locked = await lockRequest(tx, accountId, { id });
      if (locked !== undefined) await setRequestDue(tx, locked, new Date());
    });
  },
  [QR_NOTIFICATION]: ({ id, accountId, tries }) => workflows.wakeNotification({ id, accountId }, { again: tries > 0 }),
});
