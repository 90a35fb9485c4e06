import type { Drill } from './drill.ts';
import { crashPoints } from './drills/crash-points.ts';
import { dependencyAnswers } from './drills/dependency-answers.ts';
import { firstOfMonthMissed } from './drills/first-of-month-missed.ts';
import { killProcesses } from './drills/kill-processes.ts';
import { parallelConfirmations } from './drills/parallel-confirmations.ts';
import { postgresKilled } from './drills/postgres-killed.ts';
import { randomHistories } from './drills/random-histories.ts';
import { randomServices } from './drills/random-services.ts';
import { sigtermUnderLoad } from './drills/sigterm-under-load.ts';
import { temporalDown } from './drills/temporal-down.ts';
import { temporalEmptied } from './drills/temporal-emptied.ts';
import { workflowEnded } from './drills/workflow-ended.ts';

export const ALL_DRILLS: readonly Drill[] = [
  killProcesses,
  crashPoints,
  postgresKilled,
  temporalDown,
  temporalEmptied,
  workflowEnded,
  parallelConfirmations,
  sigtermUnderLoad,
  dependencyAnswers,
  firstOfMonthMissed,
  randomHistories,
  randomServices,
];
