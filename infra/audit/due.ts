import { type Finding, settling, stuck } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** Recovery is to be felt within a minute: whatever is due longer has nobody who looks at it. */
const OVERDUE_AFTER_MS = 60_000;
/** So many looks without progress are no coincidence. */
const STUCK_AFTER_TRIES = 20;

/** Invariant 6: nothing due is older than a minute; what was tried again and again is shown as stuck. */
export const checkDue = ({ readAt, order, inventory, notification }: Snapshot): Finding[] =>
  [...order.due, ...inventory.due, ...notification.due].flatMap(
    ({ service, kind, id, accountId, dueAt, tries, lastError }): Finding[] => {
      const place = { accountId, orderId: kind === 'order' ? id : null };
      const row = `${service}'s due row ${kind} ${id}`;
      const overdueMs = readAt.getTime() - dueAt.getTime();
      return [
        ...(overdueMs > OVERDUE_AFTER_MS
          ? [settling(6, place, `${row} is overdue for ${Math.round(overdueMs / 1000)} s`)]
          : []),
        ...(tries >= STUCK_AFTER_TRIES
          ? [stuck(6, place, `${row} was tried ${tries} times${lastError === null ? '' : `, last ${lastError}`}`)]
          : []),
      ];
    },
  );
