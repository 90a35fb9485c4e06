import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCacheFiller } from './binary-cache.ts';
import { findBinary } from './binaries.ts';
import { findFreePort } from './free-ports.ts';
import { type Guardian, startGuardian } from './guardian-link.ts';
import { adminUrl, preparePostgres } from './parts/postgres.ts';
import { temporalServer } from './parts/temporal.ts';
import { createProcesses, type ProcessDescription } from './processes.ts';
import { temporalBinary } from './server-binaries.ts';
import { isRoot, makeSharedFolder } from './state-folder.ts';
import { sayAside } from './terminal.ts';

const PASSWORD_BYTES = 12;
/** Of the folder that each test server has of its own. */
export const TEST_FOLDER_PREFIX = 'simlane-test-';

/** A server that only a test run uses; nothing of it is left when it is stopped, or when this process is killed. */
export interface TestServer {
  /** Connection URL of PostgreSQL's superuser; host:port of Temporal. */
  readonly address: string;
  stop(): Promise<void>;
}

/** PostgreSQL with an empty cluster in a folder of its own, not surviving a crash of the machine and so faster. */
export function startTestPostgres(): Promise<TestServer> {
  return startTestServer(async ({ folder, port }) => {
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const description = await preparePostgres({
      name: 'postgres',
      binariesFolder: isRoot() ? makeSharedFolder() : folder,
      dataFolder: path.join(folder, 'data'),
      port,
      password,
      durable: false,
    });
    return { description, address: adminUrl({ port, password }) };
  });
}

/** A Temporal development server in memory, set up like the local stack's, without its Web UI. */
export function startTestTemporal(report: (line: string) => void): Promise<TestServer> {
  return startTestServer(async ({ folder, port, guardian }) => {
    const { signal } = new AbortController();
    const fillCache = createCacheFiller({ report, signal });
    const binary = await findBinary(temporalBinary(guardian), { env: process.env, report, signal, fillCache });
    const description = temporalServer({ executable: binary.path, port, cwd: folder });
    return { description, address: `127.0.0.1:${port}` };
  });
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly guardian: Guardian;
}

async function startTestServer(
  prepare: (place: Place) => Promise<{ description: ProcessDescription; address: string }>,
): Promise<TestServer> {
  const guardian = startGuardian();
  const folder = mkdtempSync(path.join(isRoot() ? makeSharedFolder() : tmpdir(), TEST_FOLDER_PREFIX));
  guardian.removeFolder(folder);
  // PostgreSQL, as another user, must get through to its data folder, which it alone may read.
  chmodSync(folder, 0o755);
  const processes = createProcesses({ logFolder: folder, guardian, report: sayAside, onChange: () => {} });
  const stop = async () => {
    await processes.stopAll([]);
    rmSync(folder, { recursive: true, force: true });
    await guardian.dismiss();
  };
  try {
    const { description, address } = await prepare({ folder, port: await findFreePort(new Set()), guardian });
    await processes.start(description);
    return { address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
