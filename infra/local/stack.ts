import { rmSync } from 'node:fs';
import path from 'node:path';
import { findBinary } from './binaries.ts';
import { createCacheFiller } from './binary-cache.ts';
import { type HeldLock, tryLock } from './file-lock.mjs';
import { type Guardian, startGuardian } from './guardian-link.ts';
import { createDatabases } from './parts/databases.ts';
import { mailServer } from './parts/mail-server.ts';
import { objectStore } from './parts/object-store.ts';
import { openIdProvider } from './parts/open-id.ts';
import { type OurProcessesOptions, providerSandbox, seedEnvironment, service, worker } from './parts/our-processes.ts';
import { preparePostgres, removeLeftoverData } from './parts/postgres.ts';
import { runSeed } from './parts/seed.ts';
import { temporalServer } from './parts/temporal.ts';
import { choosePorts } from './ports.ts';
import { isRunning } from './process-identity.mjs';
import { signalGroup } from './process-group.ts';
import { createProcesses, type Processes } from './processes.ts';
import { hasSecrets, readOrMakeSecrets, SERVICES } from './secrets.ts';
import { temporalBinary, versitygwBinary } from './server-binaries.ts';
import { describeStack } from './stack-description.ts';
import { readStackFile, type StackInfo, stackFile, writeStackFile } from './stack-info.ts';
import { defaultStateFolder, isRoot, makeSharedFolder, makeStateFolder, shortHash } from './state-folder.ts';

export const PARTS = ['postgres', 'temporal', 's3', 'ses', 'oidc', 'sandbox', ...SERVICES, 'worker', 'seed'] as const;
export type Part = (typeof PARTS)[number];

/** What uses others goes first; what is used by all goes last. */
const STOP_ORDER: readonly (readonly string[])[] = [
  ['worker'],
  [...SERVICES, 'sandbox'],
  ['oidc', 'ses', 's3', 'temporal'],
  ['postgres'],
];

export interface StackOptions {
  /** Data, logs, secrets, stack.json. `.simlane` of the checkout when absent; one stack runs in one at a time. */
  readonly stateFolder?: string;
  /** The parts to run; all when absent. A part is not started with what it needs: name that too. */
  readonly parts?: readonly Part[];
  /** Removes the state folder (and what belongs to it elsewhere) at the end, also when this process is killed. */
  readonly throwAway?: boolean;
  /** Where each process's log goes. `logs` of the state folder when absent. */
  readonly logFolder?: string;
  /** Log level of our own processes. */
  readonly logLevel?: string;
  /** Modules that node is to load before the services and the worker: drills break processes from outside with it. */
  readonly nodeImports?: readonly string[];
  /** Starts services and worker so that nothing changes, and seeds nothing: to look over data that was restored. */
  readonly readOnly?: boolean;
  /** Told each step, one line at a time, for a person. */
  readonly report?: (line: string) => void;
  /** When it aborts, during the start or later, everything is stopped. */
  readonly signal?: AbortSignal;
  /** Environment for ports and binaries. This process's when absent. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Stack {
  /** What runs where. Taken anew at each read: pids change when processes are restarted. */
  readonly info: StackInfo;
  /** pid, start time and log file by name, of those that run now. */
  readonly processes: StackInfo['processes'];
  /** Stops one and starts it again; resolves when it is ready. */
  restart(name: string): Promise<void>;
  /** Signals one (and all it started); it is started again after a second if it dies of it, unless `stayDown`. */
  kill(name: string, signal: NodeJS.Signals, options?: { readonly stayDown?: boolean }): Promise<void>;
  /** Starts one that does not run; resolves when it is ready. */
  startProcess(name: string): Promise<void>;
  /** Stops one; it stays down until started. */
  stopProcess(name: string): Promise<void>;
  /** Stops everything, in order, within 10 s; stack.json is gone and no process left. A repeat waits for the same end. */
  stop(): Promise<void>;
  /** Ends every process at once, without order. */
  killNow(): void;
}

/**
 * Starts the local stack. Resolves when every part is ready and the data is seeded; rejects, with everything stopped
 * again, when a part does not come up, the signal aborts, or another stack runs in the state folder.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { stateFolder = defaultStateFolder, signal, throwAway = false } = options;
  const logFolder = options.logFolder ?? path.join(stateFolder, 'logs');
  const report = options.report ?? (() => {});
  signal?.throwIfAborted();
  makeStateFolder(stateFolder);
  const claim = claimStateFolder(stateFolder);
  const guardian = startGuardian();
  const dataFolder = isRoot()
    ? path.join(makeSharedFolder(), shortHash(stateFolder))
    : path.join(stateFolder, 'postgres');
  guardian.removeFileIfItSays(stackFile(stateFolder), `"pid": ${process.pid}`);
  if (throwAway) for (const folder of [dataFolder, stateFolder]) guardian.removeFolder(folder);

  const stopping = new AbortController();
  let info: StackInfo | undefined;
  const processes = createProcesses({
    logFolder,
    guardian,
    report,
    onChange: () => {
      if (!info || stopping.signal.aborted) return;
      info = { ...info, processes: processes.list() };
      writeStackFile(info);
    },
  });

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      stopping.abort(new Error('The stack is stopping'));
      await processes.stopAll(STOP_ORDER);
      rmSync(stackFile(stateFolder), { force: true });
      if (throwAway) for (const folder of [dataFolder, stateFolder]) rmSync(folder, { recursive: true, force: true });
      claim.release();
      await guardian.dismiss();
    })();
    return stopped;
  };
  // A failure to stop is told to whoever awaits stop().
  const stopOnAbort = () => void stop().catch(() => {});
  signal?.addEventListener('abort', stopOnAbort);

  try {
    // As root the data lies outside of the state folder, and outlives a checkout that was deleted.
    if (!hasSecrets(stateFolder)) await removeLeftoverData(dataFolder);
    const secrets = readOrMakeSecrets(stateFolder);
    const env = options.env ?? process.env;
    const ports = await choosePorts(stateFolder, env);
    info = describeStack({ stateFolder, ports, secrets });
    writeStackFile(info);
    await startParts({
      info,
      ports,
      secrets,
      logLevel: options.logLevel ?? 'info',
      nodeImports: options.nodeImports ?? [],
      readOnly: options.readOnly ?? false,
      stateFolder,
      dataFolder,
      logFolder,
      env,
      guardian,
      processes,
      report,
      parts: new Set(options.parts ?? PARTS),
      signal: stopping.signal,
      onSeeded: (seed) => {
        if (info) info = withSeed(info, seed);
      },
    });
    info = { ...info, ready: true, processes: processes.list() };
    writeStackFile(info);
  } catch (error) {
    await stop();
    throw signal?.aborted ? signal.reason : error;
  }

  const lasting = info;
  return {
    get info() {
      return { ...(info ?? lasting), processes: processes.list() };
    },
    get processes() {
      return processes.list();
    },
    restart: async (name) => {
      await processes.stop(name);
      await processes.startAgain(name);
    },
    kill: (name, signalName, killOptions) => processes.kill(name, signalName, killOptions),
    startProcess: (name) => processes.startAgain(name),
    stopProcess: (name) => processes.stop(name),
    stop,
    killNow: () => processes.killAllNow(),
  };
}

interface Start extends OurProcessesOptions {
  readonly stateFolder: string;
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly guardian: Guardian;
  readonly processes: Processes;
  readonly parts: ReadonlySet<Part>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  readonly onSeeded: (seed: unknown) => void;
}

/** Each part starts as soon as what it needs is there, all others beside it. */
async function startParts(start: Start): Promise<void> {
  const { stateFolder, parts, ports, secrets, processes, guardian, report, signal, env } = start;
  const began = Date.now();
  const surroundings = { env, report, signal, fillCache: createCacheFiller({ report, signal }) };
  const find = async (binary: Parameters<typeof findBinary>[0]) => {
    const found = await findBinary(binary, surroundings);
    report(`${binary.name}: from ${found.from}`);
    return found.path;
  };
  const begin = async (description: Parameters<Processes['start']>[0]) => {
    signal.throwIfAborted();
    await processes.start(description);
    report(`${description.name}: ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  };
  const part = async (name: Part, run: () => Promise<void>) => {
    if (parts.has(name)) await run();
  };

  const postgres = part('postgres', async () => {
    const { port, password } = { port: ports.postgres, password: secrets.postgresPassword };
    const binariesFolder = isRoot() ? makeSharedFolder() : stateFolder;
    const options = { name: 'postgres', binariesFolder, dataFolder: start.dataFolder, port, password, durable: true };
    await begin(await preparePostgres(options));
    await createDatabases(port, secrets);
  });
  const temporal = part('temporal', async () => {
    const executable = await find(temporalBinary(guardian));
    const databaseFile = path.join(stateFolder, 'temporal.sqlite');
    await begin(
      temporalServer({ executable, port: ports.temporal, uiPort: ports.temporalUi, cwd: stateFolder, databaseFile }),
    );
  });
  const others = [
    part('s3', async () => {
      const executable = await find(versitygwBinary(guardian));
      const folder = path.join(stateFolder, 's3');
      await begin(objectStore({ executable, port: ports.objectStore, folder, keys: secrets.objectStore }));
    }),
    part('ses', () => begin(mailServer({ port: ports.mail, cwd: stateFolder }))),
    part('sandbox', () => begin(providerSandbox(start))),
  ];
  const openId = part('oidc', () => begin(openIdProvider(ports.openId, stateFolder, secrets)));
  const services = SERVICES.map((name) =>
    part(name, async () => {
      await Promise.all([postgres, openId]);
      await begin(service(name, start));
    }),
  );
  const workers = part('worker', async () => {
    await Promise.all([temporal, openId]);
    await begin(worker(start));
  });
  await all([postgres, temporal, openId, ...others, ...services, workers]);
  if (!start.readOnly)
    await part('seed', async () => {
      report('seed: filling in the demo data');
      start.onSeeded(await runSeed(seedEnvironment(start), { guardian, logFolder: start.logFolder, signal }));
    });
}

/** Rejects with the first failure at once, and keeps those that follow from it quiet. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  for (const promise of promises) promise.catch(() => {});
  await Promise.all(promises);
}

/** One stack in one state folder. What a killed one left running (its guardian was killed too) is ended first. */
function claimStateFolder(stateFolder: string): HeldLock {
  const attempt = tryLock(path.join(stateFolder, 'stack.lock'));
  if ('heldBy' in attempt) {
    throw new Error(
      `A stack is up in ${stateFolder} already (pid ${attempt.heldBy.pid}). Stop that one first: Ctrl-C in its terminal, ` +
        `or kill ${attempt.heldBy.pid}.`,
    );
  }
  for (const leftover of Object.values(readStackFile(stateFolder)?.processes ?? {})) {
    if (isRunning(leftover)) signalGroup(leftover.pid, 'SIGKILL');
  }
  rmSync(stackFile(stateFolder), { force: true });
  return attempt;
}

function withSeed(info: StackInfo, seed: unknown): StackInfo {
  const secret = (seed as { webhookSecret?: unknown } | null)?.webhookSecret;
  const sandbox = typeof secret === 'string' ? { ...info.sandbox, webhookSecret: secret } : info.sandbox;
  return { ...info, sandbox, seed };
}
