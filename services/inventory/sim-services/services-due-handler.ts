/** What the due loop does for a SIM's services: it ends deviations, and wakes the workflow where something differs. */
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import type { Database } from '../database.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import { changeServices, refreshServicesDue, SIM_SERVICES, takeServices } from './changing.ts';
import { timeNow } from './clock.ts';
import { askingAgain, holdVersions } from './profile-versions.ts';
import { contentOf, type ServiceCatalog } from './service-catalog.ts';
import { claimServices } from './services-steps.service.ts';
import type { ServicesWorkflow } from './services-workflow.ts';
import { expireDeviation, hasExpired } from './sim-services.ts';
import { readServices, type SimRef } from './sim-services.repository.ts';

interface Turning {
  readonly db: Database;
  readonly serviceCatalog: ServiceCatalog;
}

export const createServicesDueHandlers = ({
  db,
  serviceCatalog,
  workflow,
}: Turning & { readonly workflow: ServicesWorkflow }): { readonly [SIM_SERVICES]: DueHandler } => ({
  [SIM_SERVICES]: async ({ id: simId, accountId, tries }) => {
    const ref = { accountId, simId };
    await askingAgain(() => endDeviation({ db, serviceCatalog }, ref));
    const { owed } = await claimServices(db, ref);
    if (owed !== null) await workflow.wake(ref, { again: tries > 0 || owed === 'answer', givesWay: true });
    // What is to be sent stays due until it is; everything else is looked at again in its time.
    if (owed !== 'call') await inAccount(db, accountId, (tx) => refreshServicesDue(tx, ref));
  },
});

const byTime: Origin = { source: 'timer', actorId: null, causeId: null };

/** A deviation whose time is over ends in the newest version of the profile. */
const endDeviation = async ({ db, serviceCatalog }: Turning, ref: SimRef): Promise<void> => {
  const { accountId } = ref;
  const { services } = await readInAccount(db, accountId, (tx) => readServices(tx, ref));
  if (services.profile === null || !hasExpired(services, timeNow())) return;
  const profile = contentOf(await serviceCatalog.profile(accountId, services.profile.id));
  await inAccount(db, accountId, async (tx) => {
    await holdVersions(tx, accountId, [profile]);
    const held = await takeServices(tx, ref);
    // Migrated meanwhile: then it has no deviation, or a new one.
    if (held?.services.profile?.id !== profile.id || !held.sim.isInUse) return;
    const now = timeNow();
    const after = expireDeviation(held.services, profile, now);
    if (after === held.services) return;
    const told = [{ event: 'services_deviation_expired', data: { version: profile.version } }] as const;
    await changeServices(tx, held, after, { origin: byTime, told, now });
  });
};
