import type { Migrations } from '@simlane/service-kit/migration';
import { fleet } from './0001-fleet.ts';
import { simReplacement } from './0002-sim-replacement.ts';
import { protectedChanges } from './0003-protected-changes.ts';
import { actionProfile } from './0004-action-profile.ts';
import { timeline } from './0005-timeline.ts';
import { due } from './0006-due.ts';
import { qrCode } from './0007-qr-code.ts';
import { simServices } from './0008-sim-services.ts';
import { scheduledPlans } from './0009-scheduled-plans.ts';
import { serviceRollouts } from './0010-service-rollouts.ts';
import { driftProposals } from './0011-drift-proposals.ts';
import { retriedServices } from './0012-retried-services.ts';
import { profileVersions } from './0013-profile-versions.ts';

export const migrations: Migrations = {
  '0001-fleet': fleet,
  '0002-sim-replacement': simReplacement,
  '0003-protected-changes': protectedChanges,
  '0004-action-profile': actionProfile,
  '0005-timeline': timeline,
  '0006-due': due,
  '0007-qr-code': qrCode,
  '0008-sim-services': simServices,
  '0009-scheduled-plans': scheduledPlans,
  '0010-service-rollouts': serviceRollouts,
  '0011-drift-proposals': driftProposals,
  '0012-retried-services': retriedServices,
  '0013-profile-versions': profileVersions,
};
