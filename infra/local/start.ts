/**
 * `npm start`: everything up and seeded, what is where, readable logs; stays until Ctrl-C. With `READ_ONLY=1` nothing is
 * seeded and nothing changes, as where data was restored.
 */
import { parseArgs } from 'node:util';
import { readConfig, serviceEnvironment } from '@simlane/service-kit/config';
import { z } from 'zod';
import { printLogs } from './log-printer.ts';
import { SERVICES } from './secrets.ts';
import { PARTS, type Part } from './stack.ts';
import { type StackInfo, stackFile } from './stack-info.ts';
import { say, sayAside } from './terminal.ts';
import { untilAborted, withStack } from './with-stack.ts';

/** Of these the logs are shown; the foreign servers' are for when something is wrong. */
const SHOWN_LOGS: readonly string[] = ['sandbox', ...SERVICES, 'worker'];

const { values } = parseArgs({
  options: { parts: { type: 'string' }, 'log-level': { type: 'string', default: 'info' } },
});
const { READ_ONLY: readOnly } = readConfig(z.object({ READ_ONLY: serviceEnvironment.READ_ONLY }), process.env);
const write = (text: string) => void process.stdout.write(text);
const began = Date.now();

process.exitCode = await withStack(
  { report: say, logLevel: values['log-level'], readOnly, ...(values.parts ? { parts: partsOf(values.parts) } : {}) },
  async (stack, signal) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    write(overview(stack.info, seconds, readOnly));
    const printer = printLogs({
      logs: () =>
        Object.entries(stack.processes)
          .filter(([name]) => SHOWN_LOGS.includes(name))
          .map(([name, { logFile }]) => ({ name, file: logFile })),
      write,
      color: process.stdout.isTTY,
    });
    await untilAborted(signal);
    printer.stop();
    return 0;
  },
);

function partsOf(text: string): Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name);
    if (!part) {
      sayAside(`--parts: there is no part ${name}; there are: ${PARTS.join(', ')}`);
      process.exit(2);
    }
    return part;
  });
}

function overview(info: StackInfo, seconds: string, readOnly: boolean): string {
  const { services, temporal, ses, sandbox, openId, s3, demoUsers } = info;
  const rows = [
    ...SERVICES.map((name) => [name, services[name].url]),
    ['Temporal UI', `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows`],
    ['mailbox', ses.mailboxUrl],
    ['sandbox', sandbox.url],
    ['sign-in', openId.issuer],
    ['S3', s3.endpoint],
    ['demo users', demoUsers.map(({ id }) => id).join(', ')],
    ['a token', 'npm run --silent token -- manager'],
    ['all of it', stackFile(info.stateFolder)],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(14)}${value}`);
  const state = readOnly ? 'Ready to be read, and nothing changes,' : 'Ready';
  return `\n${state} after ${seconds} s. Ctrl-C stops everything.\n\n${lines.join('\n')}\n\n`;
}
