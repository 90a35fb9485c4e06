import type { Role } from '@simlane/contracts/permissions';
import { PUBLIC_AUDIENCE } from '@simlane/service-kit/tokens';
import { importJWK, SignJWT } from 'jose';
import { readOrMakeSecrets } from './secrets.ts';
import type { StackInfo } from './stack-info.ts';

/** Each may make some thousand calls a minute; together they stay far below what the services let each of them do. */
const CALLERS = 64;
/** Longer than a whole bench, and than any one drill. */
const TOKEN_LIFETIME = '1h';

/**
 * Access tokens of managers (or others) of the account, one for each of many people: a service limits the calls of one person a
 * minute, and a bench or a drill makes more. Signed with the key of the stack's own OpenID provider, which has only the demo users.
 */
export async function signCallers(
  info: StackInfo,
  accountId: string,
  role: Role = 'manager',
): Promise<readonly string[]> {
  const { signingKey } = readOrMakeSecrets(info.stateFolder).openId;
  const key = await importJWK(signingKey, 'RS256');
  const kid = String(signingKey.kid);
  const token = (number: number) =>
    new SignJWT({
      name: `Caller ${number}`,
      email: `caller-${number}@calder-rail.example`,
      locale: 'en',
      roles: [role],
      account_id: accountId,
    })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(info.openId.issuer)
      .setAudience(PUBLIC_AUDIENCE)
      .setSubject(`caller-${number}`)
      .setIssuedAt()
      .setExpirationTime(TOKEN_LIFETIME)
      .sign(key);
  return Promise.all(Array.from({ length: CALLERS }, (_none, index) => token(index + 1)));
}

/** One token after the other, round and round. */
export function inTurn(tokens: readonly string[]): () => string {
  let next = 0;
  return () => tokens[next++ % tokens.length] as string;
}
