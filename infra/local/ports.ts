import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findFreePort, isPortFree } from './free-ports.ts';

/** Everything of the stack that listens, with the environment variable that can fix its port. */
export const PORT_VARIABLES = {
  postgres: 'POSTGRES_PORT',
  temporal: 'TEMPORAL_PORT',
  temporalUi: 'TEMPORAL_UI_PORT',
  objectStore: 'S3_PORT',
  mail: 'SES_PORT',
  openId: 'OIDC_PORT',
  sandbox: 'SANDBOX_PORT',
  catalog: 'CATALOG_PORT',
  catalogInternal: 'CATALOG_INTERNAL_PORT',
  inventory: 'INVENTORY_PORT',
  inventoryInternal: 'INVENTORY_INTERNAL_PORT',
  order: 'ORDER_PORT',
  orderInternal: 'ORDER_INTERNAL_PORT',
  notification: 'NOTIFICATION_PORT',
  notificationInternal: 'NOTIFICATION_INTERNAL_PORT',
  worker: 'WORKER_PORT',
} as const;

export type PortName = keyof typeof PORT_VARIABLES;
export type Ports = Readonly<Record<PortName, number>>;

const HIGHEST_PORT = 65_535;

/**
 * A port for each: the one the environment says; else the one this state folder had last time, so that links and
 * tokens in a shell stay good; else a free one. Rejects when a port that was asked for is not a port or is in use.
 */
export async function choosePorts(stateFolder: string, env: NodeJS.ProcessEnv): Promise<Ports> {
  const file = path.join(stateFolder, 'ports.json');
  const before = readPorts(file);
  const taken = new Set<number>();
  const chosen: Partial<Record<PortName, number>> = {};
  const names = Object.keys(PORT_VARIABLES) as PortName[];
  for (const name of names) {
    const wanted = env[PORT_VARIABLES[name]];
    if (wanted === undefined || wanted === '') continue;
    chosen[name] = await checkedPort(PORT_VARIABLES[name], wanted, taken);
  }
  for (const name of names) {
    if (chosen[name] !== undefined) continue;
    const last = before[name];
    const reusable = last !== undefined && !taken.has(last) && (await isPortFree(last));
    if (reusable) taken.add(last);
    chosen[name] = reusable ? last : await findFreePort(taken);
  }
  writeFileSync(file, `${JSON.stringify(chosen, null, 2)}\n`);
  return chosen as Ports;
}

/** Ports that a developer has fixed are those of `npm start`, which may be running. */
export function withoutFixedPorts(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const portVariables = new Set<string>(Object.values(PORT_VARIABLES));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !portVariables.has(name)));
}

async function checkedPort(variable: string, text: string, taken: Set<number>): Promise<number> {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) {
    throw new Error(`${variable}=${text} is not a port (1 to ${HIGHEST_PORT})`);
  }
  if (taken.has(port)) throw new Error(`${variable}=${text}: another variable asks for the same port`);
  if (!(await isPortFree(port))) throw new Error(`${variable}=${text}: something else listens on that port`);
  taken.add(port);
  return port;
}

function readPorts(file: string): Partial<Record<PortName, number>> {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<PortName, number>>) : {};
  } catch {
    return {};
  }
}
