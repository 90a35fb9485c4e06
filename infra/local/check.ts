/** `npm run check`: types, lint, format, dead code, rules of dependence. Exit code 1 when any fails. */
import { runChecks } from './checks.ts';
import { createToolRunner } from './tool-runner.ts';

const tools = createToolRunner();
const results = await runChecks(tools, (text) => process.stdout.write(text));
await tools.close();

const failed = results.filter(({ ok }) => !ok);
const names = failed.map(({ name }) => name).join(', ');
process.stdout.write(`${results.length - failed.length} checks ok, ${failed.length} failed${names && `: ${names}`}\n`);
if (failed.length > 0) process.exitCode = 1;
