/** What the due loop does for a rollout that runs: it wakes its workflow. Only a portion moves the row. */
import { setDue } from '@simlane/service-kit/due';
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import type { Database } from '../database.ts';
import { SERVICE_ROLLOUT } from './rollout-changing.ts';
import { findRollout, lockRollout } from './rollout.repository.ts';
import type { RolloutWorkflow } from './rollout-workflow.ts';

export const createRolloutDueHandler = ({
  db,
  workflow,
}: {
  readonly db: Database;
  readonly workflow: RolloutWorkflow;
}): Record<typeof SERVICE_ROLLOUT, DueHandler> => ({
  [SERVICE_ROLLOUT]: async ({ id, accountId, tries }) => {
    const ref = { accountId, id };
    const rollout = await readInAccount(db, accountId, (tx) => findRollout(tx, ref));
    if (rollout?.state === 'running') {
      // After its first portion it comes by itself; that it is due says that its run may be lost.
      return workflow.wake(rollout, { again: tries > 0 || rollout.startedAt !== null });
    }
    await inAccount(db, accountId, async (tx) => {
      const held = await lockRollout(tx, ref);
      if (held?.state !== 'running') await setDue(tx, { kind: SERVICE_ROLLOUT, id, accountId, dueAt: null });
    });
  },
});
