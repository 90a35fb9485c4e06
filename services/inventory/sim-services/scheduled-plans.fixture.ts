import type { Inventory } from '../inventory.fixture.ts';
import { createScheduledPlansDueHandler, turnPortion } from './scheduled-plans.service.ts';

type Turning = Pick<Inventory, 'db' | 'serviceCatalog'>;

/** What the due loop does; resolves to the providers whose workflows it wakes. */
export const wakePlans = async (
  { db }: Turning,
  accountId: string,
): Promise<{ providerId: string; again: boolean }[]> => {
  const woken: { providerId: string; again: boolean }[] = [];
  const workflow = {
    wake: async ({ providerId }: { providerId: string }, { again }: { again: boolean }) =>
      void woken.push({ providerId, again }),
  };
  await createScheduledPlansDueHandler({ db, workflow }).scheduled_plans({ id: accountId, accountId, tries: 0 });
  return woken;
};

/** A provider's portions as its workflow asks for them, as far as the pace lets them go now. */
export const turnPlansOf = async (
  turning: Turning,
  plans: { accountId: string; providerId: string },
): Promise<void> => {
  for (;;) {
    const { simIds } = await turnPortion(turning, plans);
    if (simIds.length === 0) return;
  }
};

/** Both, one provider after the other. */
export const turnDuePlans = async (turning: Turning, accountId: string): Promise<void> => {
  for (const { providerId } of await wakePlans(turning, accountId)) {
    await turnPlansOf(turning, { accountId, providerId });
  }
};
