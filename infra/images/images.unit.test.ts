import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** Only for a process that does nothing at all: it takes a second, and several on a machine that is busy. */
const STARTED_WITHIN_MS = 60_000;
const TEST_MS = STARTED_WITHIN_MS + 5_000;

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string } & {
    readonly args?: Readonly<Record<string, string>>;
  };
  readonly command?: string | readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly restart?: string;
  readonly user?: string;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

const composeText = read('docker-compose.yml');
const values = parseEnv(read('infra/images/local.env'));
const compose = parse(
  composeText.replaceAll(/\$\{(\w+):\?\}/g, (_, name: string) => values[name] ?? `no value for ${name}`),
  { merge: true },
) as { services: Record<string, ComposeService>; volumes: Record<string, null> };
const services = Object.entries(compose.services);
const dockerfile = read('infra/images/Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ');

const byName = (one: string | undefined, other: string | undefined) => (one ?? '').localeCompare(other ?? '');
const isOneShot = ({ restart }: ComposeService) => restart === 'no';

describe('docker-compose.yml', () => {
  it('uses a variable only if local.env has it, and the other way round', () => {
    const used = [...composeText.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect([...new Set(used)].toSorted(byName)).toEqual(Object.keys(values).toSorted(byName));
  });

  it.each(services)('%s has a healthcheck or is a one-shot', (_, service) => {
    expect(isOneShot(service)).toBe(service.healthcheck?.test === undefined || service.healthcheck.disable === true);
  });

  it.each(services)('%s publishes its ports on this machine only', (_, { ports = [] }) => {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it.each(services)('%s waits for what is there, in a way that can come true', (_, { depends_on = {} }) => {
    const conditions = Object.entries(depends_on).map(([name, { condition }]) => [name, condition]);
    const expected = Object.keys(depends_on).map((name) => {
      const awaited = compose.services[name];
      if (!awaited) return [name, 'a service'];
      return [name, isOneShot(awaited) ? 'service_completed_successfully' : 'service_healthy'];
    });
    expect(conditions).toEqual(expected);
  });

  it.each(services)('%s mounts and builds from what exists', (_, { volumes = [], build }) => {
    const sources = volumes.map((volume) => volume.split(':')[0] ?? '');
    const exists = (source: string) =>
      source.startsWith('.') ? existsSync(path.join(root, source)) : source in compose.volumes;
    expect(sources.filter((source) => !exists(source))).toEqual([]);
    if (!build) return;
    expect(existsSync(path.join(root, build.context, build.dockerfile))).toBe(true);
    expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
    if (build.args) expect(existsSync(path.join(root, 'services', build.args.SERVICE ?? 'none'))).toBe(true);
  });

  it('names only hosts that are on its network', () => {
    const hosts = services.flatMap(([, { environment = {} }]) =>
      Object.values(environment).flatMap((value) => [...String(value).matchAll(/(?:\/\/|@)(?:[^@/]*@)?([a-z]\w*):/g)]),
    );
    const known = Object.keys(compose.services);
    expect(hosts.length).toBeGreaterThan(0);
    expect(hosts.map(([, host]) => host).filter((host) => !known.includes(host ?? ''))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const copies = [...dockerfile.matchAll(/^COPY (?!--from=)(.+)$/gm)].map(([, words = '']) => words.split(/ +/));
  const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage]) => stage);

  it('copies what exists', () => {
    const names = globSync('services/*/package.json', { cwd: root }).map((file) => path.basename(path.dirname(file)));
    const sources = copies
      .flatMap((words) => words.slice(0, -1))
      .flatMap((source) => names.map((name) => source.replace('${SERVICE}', name)));
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !existsSync(path.join(root, source)))).toEqual([]);
  });

  it('copies from stages that exist', () => {
    const from = [...dockerfile.matchAll(/--from=(\S+)/g)].map(([, stage]) => stage);
    expect(from.filter((stage) => !stages.includes(stage))).toEqual([]);
  });

  it('gives npm the package.json of every workspace, without which npm ci refuses the lockfile', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    const manifests = globSync(
      workspaces.map((pattern) => `${pattern}/package.json`),
      { cwd: root },
    );
    expect(manifests.length).toBeGreaterThan(0);
    expect(manifests.filter((manifest) => !copies.some(([source]) => source === manifest))).toEqual([]);
  });
});

describe('the environment of each process of ours', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'simlane-images-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const own = services.filter(([name, { build }]) => build !== undefined && name !== 'ses');

  it('is checked for all of them', () => {
    expect(own.map(([name]) => name)).toEqual(
      expect.arrayContaining(['catalog', 'inventory', 'order', 'notification', 'worker', 'sandbox', 'oidc', 'seed']),
    );
  });

  it.each(own)('is complete: %s', { timeout: TEST_MS }, async (name, service) => {
    expect(await wordsAtStart(service, path.join(scratch, name))).not.toMatch(/configuration is not complete/);
  });

  it('would be noticed if it were not complete', { timeout: TEST_MS }, async () => {
    const { SEALING_KEYS: _, ...environment } = compose.services.order?.environment ?? {};
    const incomplete = { ...compose.services.order, environment };
    expect(await wordsAtStart(incomplete, scratch)).toMatch(/configuration is not complete:\n {2}SEALING_KEYS/);
  });
});

/** The entry script of a container, as its command or its image's says. */
function scriptOf({ command, build }: ComposeService): string {
  if (Array.isArray(command)) return String(command[1]);
  return build?.target === 'worker' ? 'activities/main.ts' : `services/${build?.args?.SERVICE}/main.ts`;
}

/**
 * Starts the process with the environment of its container, but for the network: every other server is one that hangs
 * up. Resolves to what it has said when it calls that server, listens or ends, whichever is first: by then it has
 * accepted its configuration, or refused it.
 */
async function wordsAtStart(service: ComposeService, scratch: string): Promise<string> {
  mkdirSync(scratch, { recursive: true });
  const server = createServer((socket) => socket.destroy());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const script = scriptOf(service);
  const child = spawn(process.execPath, [path.join(root, script)], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      TMPDIR: scratch,
      ...elsewhere(service.environment ?? {}, `127.0.0.1:${port}`, scratch),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const signal = AbortSignal.timeout(STARTED_WITHIN_MS);
  const ended = once(child, 'close', { signal });
  try {
    await Promise.race([ended, once(server, 'connection', { signal }), once(child.stdout, 'data', { signal })]);
  } finally {
    child.kill('SIGKILL');
    await ended;
    server.close();
  }
  return words;
}

/** The environment with every address at `address`, every folder below `scratch`, and any free port to listen on. */
function elsewhere(
  environment: Readonly<Record<string, string | number>>,
  address: string,
  scratch: string,
): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]): [string, string] => {
    if (name === 'HOST') return [name, '127.0.0.1'];
    if (name === 'PORT' || name === 'INTERNAL_PORT') return [name, '0'];
    if (name === 'TEMPORAL_ADDRESS') return [name, address];
    const moved = String(value)
      .replace(/(?<=\/\/(?:[^@/]*@)?)[\w.]+:\d+/, address)
      .replace(/^\/(?:app|var\/lib\/simlane)/, scratch);
    return [name, moved];
  });
  return Object.fromEntries(entries);
}
