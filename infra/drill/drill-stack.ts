import path from 'node:path';
import { withoutFixedPorts } from '../local/ports.ts';
import type { StackOptions } from '../local/stack.ts';
import { defaultStateFolder } from '../local/state-folder.ts';
import { crashPointImport } from './crash-point.ts';

/** A stack to break: fresh, beside any other, gone afterwards; its processes can be killed at the crash points. */
export const drillStack = (stateFolder: string): StackOptions => ({
  stateFolder,
  throwAway: true,
  logFolder: path.join(defaultStateFolder, 'drill-logs'),
  env: withoutFixedPorts(process.env),
  nodeImports: [crashPointImport(stateFolder)],
});
