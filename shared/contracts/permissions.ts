/** What a user or API client of an account, or operations, can be (api.md "Who may call"). */
export const ROLES = ['viewer', 'manager', 'administrator', 'operations'] as const;
export type Role = (typeof ROLES)[number];

const READERS = ['viewer', 'manager', 'administrator', 'operations'] as const satisfies readonly Role[];
const MANAGERS = ['manager', 'administrator'] as const satisfies readonly Role[];

/**
 * Which roles may do what. Every public route names one of these permissions, and nothing else decides what a
 * role is good for. An administrator can do what a manager can.
 */
export const PERMISSIONS = {
  'catalog:read': READERS,
  'catalog:change': ['administrator'],
  'fleet:read': READERS,
  'fleet:change': MANAGERS,
  'action-profiles:read': READERS,
  'action-profiles:change': ['administrator'],
  'orders:read': READERS,
  'orders:change': MANAGERS,
  'orders:decide': ['operations'],
  'provider-connections:read': ['administrator', 'operations'],
  'provider-signals:read': ['administrator', 'operations'],
  'provider-signals:replay': ['operations'],
  'messages:read': ['manager', 'administrator', 'operations'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export const mayDo = (roles: readonly Role[], permission: Permission): boolean => {
  const allowed: readonly Role[] = PERMISSIONS[permission];
  return roles.some((role) => allowed.includes(role));
};

/** Our own processes, as they name themselves to each other. The client id at the issuer is `simlane-<name>`. */
export const SERVICES = ['catalog', 'inventory', 'order', 'notification', 'worker', 'seed'] as const;
export type ServiceName = (typeof SERVICES)[number];
