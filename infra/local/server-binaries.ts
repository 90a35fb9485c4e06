import path from 'node:path';
import type { Binary } from './binaries.ts';
import { goBuild } from './go-build.ts';
import type { Guardian } from './guardian-link.ts';
import { officialDownload } from './official-download.ts';
import { checkout } from './state-folder.ts';

const TEMPORAL_VERSION = '1.8.2';
const VERSITYGW_VERSION = '1.8.0';

/** Names each package for the progress; no paths of this machine and no symbols in the file, which halves it. */
const GO_FLAGS = ['-v', '-trimpath', '-ldflags=-s -w'];

/** The Temporal command line with its development server (1.31.2) and Web UI in one file. */
export function temporalBinary(guardian: Guardian): Binary {
  return {
    name: 'temporal',
    version: TEMPORAL_VERSION,
    variable: 'SIMLANE_TEMPORAL',
    lowestVersion: [1, 8],
    makers: [
      officialDownload({ url: temporalArchive(), member: 'temporal' }),
      goBuild(
        {
          // A module of ours, because `go install` refuses a main module with a replacement in it.
          cwd: path.join(checkout, 'infra', 'local', 'temporal-cli'),
          args: (into) => [
            'build',
            ...GO_FLAGS,
            '-o',
            path.join(into, 'temporal'),
            'github.com/temporalio/cli/cmd/temporal',
          ],
          executable: 'temporal',
          takes: 'about 7 minutes on two cores with nothing cached',
        },
        guardian,
      ),
    ],
  };
}

/** A real S3 server over plain files. */
export function versitygwBinary(guardian: Guardian): Binary {
  const archive = versitygwArchive();
  return {
    name: 'versitygw',
    version: VERSITYGW_VERSION,
    variable: 'SIMLANE_VERSITYGW',
    lowestVersion: [1, 8],
    makers: [
      officialDownload({
        url:
          archive && `https://github.com/versity/versitygw/releases/download/v${VERSITYGW_VERSION}/${archive}.tar.gz`,
        member: `${archive}/versitygw`,
      }),
      goBuild(
        {
          args: () => ['install', ...GO_FLAGS, `github.com/versity/versitygw/cmd/versitygw@v${VERSITYGW_VERSION}`],
          executable: 'versitygw',
          takes: 'about 2 minutes on two cores with nothing cached',
        },
        guardian,
      ),
    ],
  };
}

function temporalArchive(): string | undefined {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  const known = process.platform === 'linux' || process.platform === 'darwin';
  if (!arch || !known) return undefined;
  return `https://temporal.download/cli/archive/v${TEMPORAL_VERSION}?platform=${process.platform}&arch=${arch}`;
}

function versitygwArchive(): string | undefined {
  const system = { linux: 'Linux', darwin: 'Darwin' }[process.platform as string];
  const arch = { x64: 'x86_64', arm64: 'arm64' }[process.arch as string];
  return system && arch && `versitygw_v${VERSITYGW_VERSION}_${system}_${arch}`;
}
