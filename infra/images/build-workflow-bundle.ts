/**
 * `node infra/images/build-workflow-bundle.ts <workflows> <bundle>`: makes the workflow bundle that a worker of the same
 * SDK version loads at its start. It keeps its inline source map: stack traces in the Temporal UI name our files.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const [workflows, bundle] = process.argv.slice(2);
if (!workflows || !bundle) throw new Error('Usage: build-workflow-bundle.ts <workflows> <bundle>');

const { code } = await bundleWorkflowCode({ workflowsPath: path.resolve(workflows) });
writeFileSync(bundle, code);
