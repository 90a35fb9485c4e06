import type { Line } from '@simlane/contracts/http/fleet';
import type { Slot } from '@simlane/contracts/sim';
import type { Caller } from '@simlane/service-kit/authentication';
import { readInAccount } from '@simlane/service-kit/postgres';
import { violatedConstraint } from '@simlane/service-kit/postgres-errors';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import type { Database, Transaction } from '../database.ts';
import { changeInAccount } from '../protected-change.ts';
import { byCaller } from '../timeline/origin.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { deviceExists } from './device.repository.ts';
import { findLine, lockLine, putLineIntoSlot } from './line.repository.ts';
import { requireVersion } from './row-version.ts';
import { type Visibility, visibilityOf } from './visibility.ts';

const noLine = () => notFound('There is no such line');

export const readLine = async (db: Database, caller: Caller, id: string): Promise<Line> => {
  const line = await readInAccount(db, caller.accountId, (tx) => findLine(tx, visibilityOf(caller), id));
  if (line === undefined) throw noLine();
  return line;
};

/** Reads the line back at the end of the transaction that changed it. */
const lineAfter = async (tx: Transaction, visibility: Visibility, id: string): Promise<Line> => {
  const line = await findLine(tx, visibility, id);
  if (line === undefined) throw noLine();
  return line;
};

export interface LineMove {
  readonly slot: { readonly deviceId: string; readonly number: Slot } | null;
  readonly version?: number | undefined;
}

/** Moves a line, with its SIM and the incoming one, to a slot of a device or out of any. To where it is: no change. */
export const moveLine = async (db: Database, caller: Caller, id: string, move: LineMove): Promise<Line> => {
  const visibility = visibilityOf(caller);
  const { accountId } = caller;
  try {
    return await changeInAccount(db, accountId, async (tx) => {
      const line = await lockLine(tx, visibility, id);
      if (line === undefined) throw noLine();
      requireVersion(line.version, move.version);
      const { slot } = move;
      if (slot !== null && !(await deviceExists(tx, visibility, slot.deviceId))) {
        throw notFound('There is no such device');
      }
      if (line.deviceId !== (slot?.deviceId ?? null) || line.slot !== (slot?.number ?? null)) {
        await putLineIntoSlot(tx, { accountId, id }, slot);
        const from = line.deviceId === null ? null : { deviceId: line.deviceId, number: line.slot };
        await addToTimeline(tx, accountId, byCaller(caller), [
          { subject: { type: 'line', id }, event: 'moved', data: { from, to: slot } },
        ]);
      }
      return lineAfter(tx, visibility, id);
    });
  } catch (error) {
    if (violatedConstraint(error) === 'line_slot' && move.slot !== null) throw slotTaken(move.slot);
    throw error;
  }
};

const slotTaken = (slot: { deviceId: string; number: Slot }): ProblemError => {
  const detail = `Another line is in slot ${slot.number} of the device ${slot.deviceId}`;
  return new ProblemError('slot_taken', detail, {
    fix: 'Move that line out first, or choose another slot',
    errors: [{ pointer: '/slot/number', detail }],
  });
};
