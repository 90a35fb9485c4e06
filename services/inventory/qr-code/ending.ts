import type { QrRequestEnd } from '@simlane/contracts/qr-code';
import { setDue } from '@simlane/service-kit/due';
import type { Transaction } from '../database.ts';
import type { StoredRequest } from './qr-request.ts';
import { lockRequest, updateRequest } from './qr-request.repository.ts';
import { QR_REQUEST } from './request-due.ts';
import { addToTimeline, type Origin } from '../timeline/timeline.repository.ts';
import { changeCode, findLiveCodes, type StoredQrCode } from './qr-code.repository.ts';

/** A code that counted or waited is history. */
export const endCode = async (
  tx: Transaction,
  accountId: string,
  { id, simId }: StoredQrCode,
  { origin, reason, now }: { origin: Origin; reason: 'replaced' | 'sim_ended'; now: Date },
): Promise<void> => {
  await changeCode(tx, accountId, id, { state: 'history', at: now });
  await addToTimeline(tx, accountId, origin, [
    { subject: { type: 'sim', id: simId }, event: 'qr_code_ended', data: { qrCodeId: id, reason } },
  ]);
};

/** Ends an open request, whose row the transaction has; its links are dead with that. */
export const endRequest = async (
  tx: Transaction,
  request: StoredRequest,
  {
    origin,
    reason,
    now,
    data = {},
  }: { origin: Origin; reason: QrRequestEnd; now: Date; data?: Record<string, unknown> },
): Promise<void> => {
  const { accountId, id, simId } = request;
  await updateRequest(tx, request, { ended: { reason, at: now } });
  await addToTimeline(tx, accountId, origin, [
    { subject: { type: 'qr_request', id }, event: 'qr_request_ended', data: { endReason: reason, ...data } },
    { subject: { type: 'sim', id: simId }, event: 'qr_request_ended', data: { requestId: id, endReason: reason } },
  ]);
  // Its run hears of it at once, also where nothing is owed any more: it has nothing to wait for.
  await setDue(tx, { kind: QR_REQUEST, id, accountId, dueAt: now });
};

/**
 * A SIM ends: its codes are history, its open request ends, and with them their links. In the transaction that ends
 * the SIM, which has its row; the schema refuses to end a SIM without this.
 */
export const endQrCodesOfSim = async (
  tx: Transaction,
  { accountId, simId }: { accountId: string; simId: string },
  origin: Origin,
): Promise<void> => {
  const now = new Date();
  const request = await lockRequest(tx, accountId, { openOfSim: simId });
  const { current, waiting } = await findLiveCodes(tx, accountId, simId);
  for (const code of [current, waiting]) {
    if (code !== null) await endCode(tx, accountId, code, { origin, reason: 'sim_ended', now });
  }
  if (request !== undefined) await endRequest(tx, request, { origin, reason: 'sim_ended', now });
};
