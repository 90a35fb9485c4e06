/** What the worker can run. One story a file. */
export { simReplacement } from './sim-replacement.workflow.ts';
