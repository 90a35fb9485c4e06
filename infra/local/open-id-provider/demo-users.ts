import { readFileSync } from 'node:fs';

export const ROLES = ['viewer', 'manager', 'administrator', 'operations'] as const;

/** A person of the local stack, as infra/seed/demo-users.json lists them. */
export interface DemoUser {
  /** What `npm run token` takes. */
  readonly id: string;
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly locale: string;
  /** Null for people of operations, who belong to no account. */
  readonly accountId: string | null;
  readonly roles: readonly (typeof ROLES)[number][];
}

/** Reads the demo users; throws when the file is not a list of them. */
export function readDemoUsers(file: string): DemoUser[] {
  const users: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(users) || users.length === 0) throw new Error(`${file}: a list of users is expected`);
  for (const user of users) if (!isDemoUser(user)) throw new Error(`${file}: not a demo user: ${JSON.stringify(user)}`);
  return users as DemoUser[];
}

function isDemoUser(user: Partial<DemoUser>): boolean {
  const texts = [user.id, user.sub, user.name, user.email, user.locale];
  return (
    texts.every((text) => typeof text === 'string' && text !== '') &&
    (user.accountId === null || typeof user.accountId === 'string') &&
    Array.isArray(user.roles) &&
    user.roles.length > 0 &&
    user.roles.every((role) => ROLES.includes(role))
  );
}
