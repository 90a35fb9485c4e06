import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DemoUser } from './open-id-provider/demo-users.ts';
import type { OpenIdUrls } from './parts/open-id.ts';
import type { DatabaseUrls } from './parts/databases.ts';
import { isRunning } from './process-identity.mjs';
import type { RunningProcess } from './processes.ts';
import type { ServiceName } from './secrets.ts';

/** What runs where: `stack.json` in the state folder while the stack is up. Holds secrets of this local stack. */
export interface StackInfo {
  readonly supervisor: { readonly pid: number; readonly startTime: string | undefined };
  readonly startedAt: string;
  /** False until everything is ready and seeded. */
  readonly ready: boolean;
  readonly stateFolder: string;
  readonly services: Readonly<Record<ServiceName, { readonly url: string; readonly internalUrl: string }>>;
  readonly worker: { readonly url: string };
  readonly sandbox: { readonly url: string; readonly controlToken: string; readonly webhookSecret?: string };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly taskQueue: string;
    readonly uiUrl: string;
  };
  readonly openId: OpenIdUrls;
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** The SES endpoint; in a browser, its page with the mails. */
  readonly ses: { readonly endpoint: string; readonly mailboxUrl: string };
  readonly postgres: { readonly adminUrl: string };
  /** Says by how many milliseconds the calendar of SIM services is ahead; absent: by none. */
  readonly dueClockFile: string;
  readonly databases: Readonly<Record<ServiceName, DatabaseUrls>>;
  /** client_secret by client_id. */
  readonly serviceClients: Readonly<Record<string, string>>;
  readonly demoUsers: readonly DemoUser[];
  readonly processes: Readonly<Record<string, RunningProcess>>;
  /** What the seed said at its end. */
  readonly seed?: unknown;
}

export function stackFile(stateFolder: string): string {
  return path.join(stateFolder, 'stack.json');
}

/** The stack of a state folder, if one is up: undefined also when the file was left by one that was killed. */
export function readRunningStack(stateFolder: string): StackInfo | undefined {
  const info = readStackFile(stateFolder);
  return info && isRunning(info.supervisor) ? info : undefined;
}

/** Whatever the file says, whether that stack is up or not. */
export function readStackFile(stateFolder: string): StackInfo | undefined {
  try {
    return JSON.parse(readFileSync(stackFile(stateFolder), 'utf8')) as StackInfo;
  } catch {
    return undefined;
  }
}

/** Replaces the file as a whole; it is its owner's alone. */
export function writeStackFile(info: StackInfo): void {
  const file = stackFile(info.stateFolder);
  writeFileSync(`${file}.draft`, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}
