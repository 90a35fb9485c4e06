import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseEnvironment } from '../base-environment.ts';
import { answersOk } from '../http-readiness.ts';
import type { OpenIdProcessConfiguration } from '../open-id-provider/main.ts';
import type { ProcessDescription } from '../processes.ts';
import type { LocalSecrets } from '../secrets.ts';
import { checkout } from '../state-folder.ts';

const DEMO_USERS = path.join(checkout, 'infra', 'seed', 'demo-users.json');

export interface OpenIdUrls {
  readonly issuer: string;
  readonly jwks: string;
  readonly token: string;
}

export function openIdUrls(port: number): OpenIdUrls {
  const issuer = `http://127.0.0.1:${port}`;
  return { issuer, jwks: `${issuer}/jwks`, token: `${issuer}/token` };
}

/** The demo users' file; throws when the checkout has none. */
export function demoUsersFile(): string {
  if (!existsSync(DEMO_USERS)) throw new Error(`${path.relative(checkout, DEMO_USERS)} is missing from this checkout`);
  return DEMO_USERS;
}

export function openIdProvider(port: number, stateFolder: string, secrets: LocalSecrets): ProcessDescription {
  const { issuer } = openIdUrls(port);
  const file = path.join(stateFolder, 'open-id.json');
  const configuration: OpenIdProcessConfiguration = {
    issuer,
    port,
    usersFile: demoUsersFile(),
    serviceClients: secrets.clients,
    signingKey: secrets.openId.signingKey,
    cookieKey: secrets.openId.cookieKey,
  };
  // A file and not arguments or variables: those of a process can be seen by others on the machine.
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
  return {
    name: 'oidc',
    command: process.execPath,
    args: [fileURLToPath(new URL('../open-id-provider/main.ts', import.meta.url)), file],
    cwd: stateFolder,
    env: baseEnvironment(),
    isReady: () => answersOk(`${issuer}/readyz`),
  };
}
