/** `docker compose exec oidc node infra/images/token.ts <user>`: prints a bearer token of a demo user, nothing else. */
import { fileURLToPath } from 'node:url';
import { readDemoUsers } from '../local/open-id-provider/demo-users.ts';
import { signInAs } from '../local/sign-in.ts';

const issuer = process.env.OIDC_ISSUER ?? '';
const demoUsers = readDemoUsers(fileURLToPath(new URL('../seed/demo-users.json', import.meta.url)));
const openId = { issuer, jwks: `${issuer}/jwks`, token: `${issuer}/token` };

try {
  process.stdout.write(`${await signInAs({ openId, demoUsers }, process.argv[2] ?? '')}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
