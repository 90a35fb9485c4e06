/**
 * `node infra/checks/complete-lockfile.mjs`, after every `npm install` that changed a dependency.
 *
 * A registry that lacks an optional package of another system makes npm leave it out of the lockfile, and `npm ci`
 * then refuses the lockfile as incomplete. This adds what is missing: name, version and the system it is for, as the
 * package that wants it says. Nothing of it is installed on a system it is not for. A repeat changes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
};
const PROCESSORS = {
  arm64: 'arm64',
  x64: 'x64',
  64: 'x64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  arm: 'arm',
};

const lockfile = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockfile, 'utf8'));

/** Whether Node would find the package from the folder of the one that wants it. */
const isThere = (from, name) => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === '') return false;
  }
};

const added = {};
for (const [folder, wanting] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(wanting.optionalDependencies ?? {})) {
    if (isThere(folder, name)) continue;
    const words = name.split(/[-/]/);
    const system = words.map((word) => SYSTEMS[word]).find((word) => word !== undefined);
    const processor = words.map((word) => PROCESSORS[word]).find((word) => word !== undefined);
    const libc = words.some((word) => word.startsWith('musl'))
      ? 'musl'
      : words.some((word) => word.startsWith('gnu'))
        ? 'glibc'
        : undefined;
    added[`node_modules/${name}`] = {
      version: version.replace(/^[\^~=]/, ''),
      ...(processor === undefined ? {} : { cpu: [processor] }),
      ...(wanting.dev === true ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc: [libc] }),
      optional: true,
      ...(system === undefined ? {} : { os: [system] }),
    };
  }
}

const { '': root, ...packages } = { ...lock.packages, ...added };
lock.packages = { '': root, ...Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1))) };
writeFileSync(lockfile, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${Object.keys(added).length} packages of other systems added\n`);
