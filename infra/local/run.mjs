// The door to every command of this repository: `node infra/local/run.mjs <command> [arguments]`.
// Runs on Node 20 with nothing installed; installs what the lockfile says, then hands over to the pinned Node 24.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from './file-lock.mjs';
import { parentOf } from './process-identity.mjs';

const SCRIPTS = {
  start: 'infra/local/start.ts',
  demo: 'infra/demo/main.ts',
  test: 'infra/local/test.ts',
  bench: 'infra/bench/main.ts',
  audit: 'infra/audit/main.ts',
  drill: 'infra/drill/main.ts',
  reset: 'infra/local/reset.ts',
  token: 'infra/local/token.ts',
  wake: 'infra/local/wake.ts',
  check: 'infra/local/check.ts',
  'record-histories': 'infra/local/record-histories.ts',
};

const NODE_MAJOR = 24;
/** npm says little while it works; a line now and then tells that it does. */
const PROGRESS_EVERY_MS = 10_000;
/** npm writes its lockfile and the note of what it installed within moments of each other, in either order. */
const SAME_INSTALL_WITHIN_MS = 10_000;
/** When npm has been killed it cannot tell us, so we look whether our parent is still there. */
const LOOK_FOR_PARENT_EVERY_MS = 1_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = path.join(root, 'node_modules');
const lockfile = path.join(root, 'package-lock.json');
const marker = path.join(modules, '.simlane-installed');

const say = (line) => process.stderr.write(`${line}\n`);

const lockfileHash = () => createHash('sha256').update(readFileSync(lockfile)).digest('hex');
const modifiedAt = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

function isInstalled() {
  if (!existsSync(modules)) return false;
  if (existsSync(marker)) {
    if (readFileSync(marker, 'utf8') === lockfileHash()) return true;
  }
  // npm was run by hand: its own note of what it installed tells when.
  const installedAt = modifiedAt(path.join(modules, '.package-lock.json'));
  if (installedAt === 0 || installedAt + SAME_INSTALL_WITHIN_MS < modifiedAt(lockfile)) return false;
  writeFileSync(marker, lockfileHash());
  return true;
}

async function install() {
  if (isInstalled()) return;
  const held = await lock(path.join(root, '.simlane', 'install.lock'), {
    onWait: (holder) =>
      say(`Another process (${holder.pid}) is installing the packages of this checkout; waiting for it.`),
  });
  try {
    if (isInstalled()) return;
    say('Installing the packages named in package-lock.json (npm ci). Once; a minute or two.');
    const code = await runNpm();
    if (code !== 0) {
      say(`npm ci failed with exit code ${code}; its words are above. Nothing was started.`);
      process.exit(1);
    }
    writeFileSync(marker, lockfileHash());
  } finally {
    held.release();
  }
}

function runNpm() {
  const started = Date.now();
  const npmScript = process.env.npm_execpath;
  const [command, first] = npmScript?.endsWith('.js') ? [process.execPath, [npmScript]] : ['npm', []];
  // Errors only: its warnings are of an older Node that none of the packages will meet.
  const child = spawn(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  const ticker = setInterval(() => {
    const count = existsSync(modules) ? readdirSync(modules).length : 0;
    say(`  still installing: ${Math.round((Date.now() - started) / 1000)} s, ${count} folders in node_modules`);
  }, PROGRESS_EVERY_MS);
  return new Promise((resolve) => {
    const end = (code) => {
      clearInterval(ticker);
      if (code === 0) say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
      resolve(code);
    };
    child.on('error', (error) => {
      say(`npm could not be run: ${error.message}`);
      end(1);
    });
    child.on('exit', (code) => end(code ?? 1));
  });
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const executable = path.join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(executable)) return executable;
  say(
    `Node ${NODE_MAJOR} is needed. This is Node ${process.versions.node}, and node_modules/${name} is not there ` +
      `(packages left out with --omit=optional, or a system it is not made for). Install Node ${NODE_MAJOR} and run this again.`,
  );
  return process.exit(1);
}

function handOver(node, script, rest) {
  const child = spawn(node, [path.join(root, script), ...rest], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
      // Lets the command notice that we were killed and could not pass that on.
      SIMLANE_LAUNCHER_PID: String(process.pid),
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWhenNpmDies(child);
  child.on('error', (error) => {
    say(`${node} could not be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/**
 * Only under npm: somebody who starts this directly may well want it to outlive the shell.
 * Between npm and us there may be the shell that it runs scripts with, so our parent's parent is watched too.
 */
function stopWhenNpmDies(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const watch = setInterval(() => {
    if (process.ppid === parent && parentOf(parent) === grandparent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, LOOK_FOR_PARENT_EVERY_MS).unref();
}

const [command, ...rest] = process.argv.slice(2);
if (command === undefined || !Object.hasOwn(SCRIPTS, command)) {
  say(`Usage: node infra/local/run.mjs <${Object.keys(SCRIPTS).join(' | ')}> [arguments]`);
  process.exit(2);
}
process.stderr.on('error', () => {});
await install();
handOver(findNode(), SCRIPTS[command], rest);
