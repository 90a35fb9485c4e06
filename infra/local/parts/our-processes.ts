import path from 'node:path';
import { baseEnvironment } from '../base-environment.ts';
import { answersOk } from '../http-readiness.ts';
import type { ProcessDescription } from '../processes.ts';
import type { PortName } from '../ports.ts';
import type { LocalSecrets, ServiceName } from '../secrets.ts';
import type { StackInfo } from '../stack-info.ts';
import { checkout } from '../state-folder.ts';

/** Where mails of the local stack come from; nothing leaves the machine. */
const MAIL_FROM = 'no-reply@simlane.example';
/** Nothing signs for it here: events about local mails are made by tests, with keys of their own. */
const SES_EVENTS_TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:simlane-ses-events';

export interface OurProcessesOptions {
  readonly info: StackInfo;
  readonly ports: Readonly<Record<PortName, number>>;
  readonly secrets: LocalSecrets;
  readonly logLevel: string;
  /** Modules that node is to load before each process of ours. */
  readonly nodeImports: readonly string[];
  /** The services answer writes with 503 and carry nothing out; the worker takes no tasks. */
  readonly readOnly: boolean;
}

/** A service of ours, with the environment that its main.ts reads. */
export function service(name: ServiceName, options: OurProcessesOptions): ProcessDescription {
  const { info, ports } = options;
  const { app, owner } = info.databases[name];
  return ourProcess(name, `services/${name}/main.ts`, ports[name], options.nodeImports, {
    ...processVariables(name, options),
    INTERNAL_PORT: String(ports[`${name}Internal`]),
    PUBLIC_URL: info.services[name].url,
    DATABASE_URL: app,
    MIGRATION_DATABASE_URL: owner,
    SEEDING: 'allowed',
    ...variablesOf(name, options),
  });
}

export function worker(options: OurProcessesOptions): ProcessDescription {
  const { info, ports } = options;
  return ourProcess('worker', 'activities/main.ts', ports.worker, options.nodeImports, {
    ...processVariables('worker', options),
    ...temporalVariables(info),
    ...internalUrls(info, ['catalog', 'inventory', 'order', 'notification']),
    WORKFLOWS_PATH: path.join(checkout, 'workflows', 'index.ts'),
  });
}

export function providerSandbox({ info, ports, secrets, logLevel }: OurProcessesOptions): ProcessDescription {
  return ourProcess('sandbox', 'infra/provider-sandbox/main.ts', ports.sandbox, [], {
    LOG_LEVEL: logLevel,
    SANDBOX_CONTROL_TOKEN: secrets.sandboxControlToken,
    SANDBOX_STATE_FILE: path.join(info.stateFolder, 'sandbox-journal'),
  });
}

/** What the seed is given; it is run once and ends by itself. */
export function seedEnvironment({ info, secrets, logLevel }: OurProcessesOptions): Record<string, string> {
  return {
    ...baseEnvironment(),
    ...clientVariables('seed', info, secrets),
    ...internalUrls(info, ['catalog', 'inventory', 'order', 'notification']),
    SIMLANE_ENV: 'local',
    LOG_LEVEL: logLevel,
    SANDBOX_URL: info.sandbox.url,
    SANDBOX_CONTROL_TOKEN: secrets.sandboxControlToken,
    ORDER_PUBLIC_URL: info.services.order.url,
  };
}

function ourProcess(
  name: string,
  script: string,
  port: number,
  nodeImports: readonly string[],
  variables: Readonly<Record<string, string>>,
): ProcessDescription {
  return {
    name,
    command: process.execPath,
    args: [...nodeImports.flatMap((module) => ['--import', module]), path.join(checkout, script)],
    cwd: checkout,
    env: { ...baseEnvironment(), SIMLANE_ENV: 'local', HOST: '127.0.0.1', PORT: String(port), ...variables },
    isReady: () => answersOk(`http://127.0.0.1:${port}/readyz`),
  };
}

function variablesOf(name: ServiceName, { info, secrets }: OurProcessesOptions): Record<string, string> {
  switch (name) {
    case 'catalog':
      return {};
    case 'inventory':
      return {
        ...internalUrls(info, ['catalog']),
        ...temporalVariables(info),
        SEALING_KEYS: secrets.sealingKeys,
        LINK_KEYS: secrets.linkKeys,
        S3_ENDPOINT: info.s3.endpoint,
        S3_REGION: info.s3.region,
        S3_BUCKET: info.s3.bucket,
        S3_ACCESS_KEY_ID: info.s3.accessKeyId,
        S3_SECRET_ACCESS_KEY: info.s3.secretAccessKey,
        DUE_CLOCK_FILE: info.dueClockFile,
      };
    case 'order':
      return {
        ...internalUrls(info, ['inventory', 'catalog']),
        ...temporalVariables(info),
        SEALING_KEYS: secrets.sealingKeys,
        // The sandbox, a provider on this machine; elsewhere an address like that is refused.
        ALLOW_LOOPBACK_PROVIDERS: 'true',
      };
    case 'notification':
      return {
        ...temporalVariables(info),
        LINK_KEYS: secrets.linkKeys,
        INVENTORY_PUBLIC_URL: info.services.inventory.url,
        SES_ENDPOINT: info.ses.endpoint,
        SES_EVENTS_TOPIC_ARN,
        AWS_REGION: info.s3.region,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        MAIL_FROM,
      };
    default:
      throw new Error(`Unknown service ${String(name satisfies never)}`);
  }
}

function processVariables(name: string, options: OurProcessesOptions): Record<string, string> {
  const { info, secrets, logLevel, readOnly } = options;
  return {
    LOG_LEVEL: logLevel,
    READ_ONLY: String(readOnly),
    OIDC_ISSUER: info.openId.issuer,
    OIDC_JWKS_URL: info.openId.jwks,
    ...clientVariables(name, info, secrets),
  };
}

function clientVariables(name: string, info: StackInfo, secrets: LocalSecrets): Record<string, string> {
  const clientId = `simlane-${name}`;
  const secret = secrets.clients[clientId];
  if (!secret) throw new Error(`No client secret for ${clientId}; run npm run reset, the state folder is an older one`);
  return { OIDC_TOKEN_URL: info.openId.token, SERVICE_CLIENT_ID: clientId, SERVICE_CLIENT_SECRET: secret };
}

function temporalVariables({ temporal }: StackInfo): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    TEMPORAL_TASK_QUEUE: temporal.taskQueue,
  };
}

function internalUrls(info: StackInfo, names: readonly ServiceName[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [`${name.toUpperCase()}_INTERNAL_URL`, info.services[name].internalUrl]),
  );
}
