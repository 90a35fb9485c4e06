import { databaseUrls } from './parts/databases.ts';
import { OBJECT_STORE_REGION, QR_CODE_BUCKET } from './parts/object-store.ts';
import { demoUsersFile, openIdUrls } from './parts/open-id.ts';
import { adminUrl } from './parts/postgres.ts';
import { TEMPORAL_NAMESPACE, TEMPORAL_TASK_QUEUE } from './parts/temporal.ts';
import { dueClockFile } from './due-clock.ts';
import { readDemoUsers } from './open-id-provider/demo-users.ts';
import type { Ports } from './ports.ts';
import { startTimeOf } from './process-identity.mjs';
import { type LocalSecrets, SERVICES, type ServiceName } from './secrets.ts';
import type { StackInfo } from './stack-info.ts';

export interface StackDescriptionOptions {
  readonly stateFolder: string;
  readonly ports: Ports;
  readonly secrets: LocalSecrets;
}

/** What will run where, before anything does. */
export function describeStack({ stateFolder, ports, secrets }: StackDescriptionOptions): StackInfo {
  return {
    supervisor: { pid: process.pid, startTime: startTimeOf(process.pid) },
    startedAt: new Date().toISOString(),
    ready: false,
    stateFolder,
    services: ofEachService((name) => ({ url: url(ports[name]), internalUrl: url(ports[`${name}Internal`]) })),
    worker: { url: url(ports.worker) },
    sandbox: { url: url(ports.sandbox), controlToken: secrets.sandboxControlToken },
    temporal: {
      address: `127.0.0.1:${ports.temporal}`,
      namespace: TEMPORAL_NAMESPACE,
      taskQueue: TEMPORAL_TASK_QUEUE,
      uiUrl: url(ports.temporalUi),
    },
    openId: openIdUrls(ports.openId),
    s3: {
      endpoint: url(ports.objectStore),
      region: OBJECT_STORE_REGION,
      bucket: QR_CODE_BUCKET,
      accessKeyId: secrets.objectStore.accessKey,
      secretAccessKey: secrets.objectStore.secretKey,
    },
    ses: { endpoint: url(ports.mail), mailboxUrl: `${url(ports.mail)}/` },
    dueClockFile: dueClockFile(stateFolder),
    postgres: { adminUrl: adminUrl({ port: ports.postgres, password: secrets.postgresPassword }) },
    databases: ofEachService((name) => databaseUrls(name, ports.postgres, secrets)),
    serviceClients: secrets.clients,
    demoUsers: readDemoUsers(demoUsersFile()),
    processes: {},
  };
}

function url(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function ofEachService<T>(describe: (name: ServiceName) => T): Record<ServiceName, T> {
  return Object.fromEntries(SERVICES.map((name) => [name, describe(name)])) as Record<ServiceName, T>;
}
