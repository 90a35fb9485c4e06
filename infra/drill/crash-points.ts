/**
 * Loaded into a process of ours before its own code (`node --import`): lets a drill kill it at a named point, from
 * outside, without a line in the product. A point is armed by a file `<process>.<point>` in the folder that this
 * module's URL names; the file says how many passes are let by. The pass that strikes removes the file, so that the
 * process lives on when it is started again.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import type { CrashPoint } from './crash-point.ts';

const folder = new URL(import.meta.url).searchParams.get('armed') ?? '';
const scriptFolder = path.basename(path.dirname(process.argv[1] ?? ''));
/** As the stack names it. */
const processName = scriptFolder === 'activities' ? 'worker' : scriptFolder;

const pass = (point: CrashPoint): void => {
  const file = path.join(folder, `${processName}.${point}`);
  let passes: number;
  try {
    passes = Number(readFileSync(file, 'utf8'));
  } catch {
    return;
  }
  if (passes > 0) return writeFileSync(file, String(passes - 1));
  rmSync(file);
  process.kill(process.pid, 'SIGKILL');
};

type Wrapped = (this: object, ...given: never[]) => unknown;

/** Replaces a method by one that lets the point be passed before it, or after it has resolved. */
const wrap = (owner: object, name: string, around: (original: Wrapped) => Wrapped): void => {
  const methods = owner as Record<string, Wrapped>;
  const original = methods[name];
  if (original === undefined) throw new Error(`There is no method ${name} to wrap`);
  methods[name] = around(original);
};

const resolvedAt =
  (point: CrashPoint) =>
  (original: Wrapped): Wrapped =>
    async function resolved(...given) {
      const result = await original.apply(this, given);
      pass(point);
      return result;
    };

const watchCommits = async (): Promise<void> => {
  const { Client } = await import('pg');
  /** Connections whose transaction writes, as service-kit begins it for an account. */
  const writing = new WeakSet<object>();
  wrap(Client.prototype, 'query', (original) => {
    return function query(this: object, ...given) {
      const [text] = given as unknown[];
      if (typeof text !== 'string') return original.apply(this, given);
      if (text.startsWith('begin; set local')) writing.add(this);
      if (text !== 'commit' || !writing.delete(this)) return original.apply(this, given);
      pass('before-commit');
      return (original.apply(this, given) as Promise<unknown>).then((result) => {
        pass('after-commit');
        return result;
      });
    };
  });
};

const watchWakes = async (): Promise<void> => {
  const { WorkflowClient } = await import('@temporalio/client');
  wrap(WorkflowClient.prototype, 'start', resolvedAt('after-wake'));
  wrap(WorkflowClient.prototype, 'signalWithStart', resolvedAt('after-wake'));
};

/** Calls whose 2xx has been read, and of which nothing is stored yet. SES has one path for all its actions. */
const CALLS: readonly { readonly point: CrashPoint; readonly method: string; readonly path: RegExp }[] = [
  { point: 'after-provider-answer', method: 'POST', path: /^\/providers\/[^/]+\/orders$/ },
  { point: 'after-mail-taken', method: 'POST', path: /^\/$/ },
  { point: 'after-reservation', method: 'PUT', path: /^\/internal\/sim-replacements\/[^/]+\/reservation$/ },
  {
    point: 'after-step',
    method: 'PUT',
    path: /^\/internal\/sim-replacements\/[^/]+\/(temporary-esim|commit|rollback)$/,
  },
];

const watchCalls = (): void => {
  wrap(http, 'request', (original) => {
    return function request(this: object, ...given) {
      const sent = original.apply(this, given) as ClientRequest;
      sent.prependListener('response', (response: IncomingMessage) => {
        const { statusCode = 0 } = response;
        const call = CALLS.find(({ method, path: pattern }) => sent.method === method && pattern.test(sent.path));
        if (call && statusCode >= 200 && statusCode < 300) response.prependListener('end', () => pass(call.point));
      });
      return sent;
    };
  });
  // What was imported from node:http by name is this one too.
  syncBuiltinESMExports();
};

// Only what the process loads anyway: a module more would make every start slower.
watchCalls();
if (processName !== 'worker') await watchCommits();
if (processName === 'order') await watchWakes();
