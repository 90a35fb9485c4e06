import { mayDo, type Permission, ROLES, type Role, type ServiceName } from '@simlane/contracts/permissions';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidRequest, ProblemError } from './problem.ts';
import { type TokenVerifier, unauthenticated } from './tokens.ts';
import { isUuid } from './uuid-v7.ts';

/** Names the account: on calls of operations, and on every internal call. A UUID. */
export const ACCOUNT_HEADER = 'simlane-account';
/** The person for whom one of our services calls another: base64url of JSON. */
export const ACTOR_HEADER = 'simlane-actor';

/** Who calls a public route, for one account. */
export interface Caller {
  readonly kind: 'user' | 'api_client' | 'operations';
  readonly accountId: string;
  readonly sub: string;
  readonly name: string;
  readonly email?: string;
  readonly locale?: string;
  readonly roles: readonly Role[];
}

/** The person behind an internal call. */
export interface Actor {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly name?: string;
  readonly email?: string;
}

/** Which of our services calls an internal route, for which account and, if for a person, for whom. */
export interface InternalCaller {
  readonly service: ServiceName;
  readonly accountId: string;
  readonly actor?: Actor;
}

/** The person of a public call, to be passed on to another service. */
export const actorOf = ({ sub, roles, name, email }: Caller): Actor => ({
  sub,
  roles,
  name,
  ...(email === undefined ? {} : { email }),
});

/** @throws ProblemError `unauthenticated`, `invalid_request` (operations without an account) or `forbidden` */
export const authenticateCaller = async (
  request: FastifyRequest,
  tokens: TokenVerifier,
  permission: Permission,
): Promise<Caller> => {
  const { accountId: ownAccountId, ...user } = await tokens.verifyUser(bearerToken(request));
  if (!mayDo(user.roles, permission)) {
    throw new ProblemError('forbidden', `This needs the permission ${permission}`, {
      fix: 'Ask an administrator of the account for a role that has it',
    });
  }
  return { ...user, accountId: ownAccountId ?? namedAccount(request) };
};

/** @throws ProblemError `unauthenticated`, `forbidden` (a service the route does not name) or `invalid_request` */
export const authenticateService = async (
  request: FastifyRequest,
  tokens: TokenVerifier,
  callers: readonly ServiceName[],
): Promise<InternalCaller> => {
  const service = await tokens.verifyService(bearerToken(request));
  if (!callers.includes(service)) throw new ProblemError('forbidden', `This route is not for ${service}`);
  const actor = readActor(request);
  return { service, accountId: namedAccount(request), ...(actor === undefined ? {} : { actor }) };
};

const BEARER = /^Bearer ([\w.~+/-]+=*)$/i;

const bearerToken = (request: FastifyRequest): string => {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated('A bearer token is needed');
  return token;
};

const namedAccount = (request: FastifyRequest): string => {
  const accountId = request.headers[ACCOUNT_HEADER];
  if (!isUuid(accountId)) {
    throw invalidRequest([{ pointer: '', detail: 'The header Simlane-Account must name the account by its UUID' }]);
  }
  return accountId.toLowerCase();
};

const actorSchema = z.object({
  sub: z.string().min(1),
  roles: z.array(z.string()),
  name: z.string().optional(),
  email: z.string().optional(),
});

export const encodeActor = (actor: Actor): string => Buffer.from(JSON.stringify(actor)).toString('base64url');

const readActor = (request: FastifyRequest): Actor | undefined => {
  const header = request.headers[ACTOR_HEADER];
  if (header === undefined) return undefined;
  try {
    const { sub, roles, name, email } = actorSchema.parse(
      JSON.parse(Buffer.from(String(header), 'base64url').toString()),
    );
    return {
      sub,
      roles: ROLES.filter((role) => roles.includes(role)),
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
    };
  } catch {
    throw invalidRequest([{ pointer: '', detail: 'The header Simlane-Actor is not readable' }]);
  }
};
