import type { Drill } from './drill.ts';
import { crashPoints } from './drills/crash-points.ts';
import { killProcesses } from './drills/kill-processes.ts';
import { postgresKilled } from './drills/postgres-killed.ts';
import { temporalDown } from './drills/temporal-down.ts';

export const ALL_DRILLS: readonly Drill[] = [killProcesses, crashPoints, postgresKilled, temporalDown];
