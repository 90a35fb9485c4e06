import { describe, expect, it } from 'vitest';
import { mayDo, PERMISSIONS, type Permission } from './permissions.ts';

const permissions = Object.keys(PERMISSIONS) as Permission[];

describe('what a role may do', () => {
  it('lets a viewer only read', () => {
    const allowed = permissions.filter((permission) => mayDo(['viewer'], permission));
    expect(allowed.filter((permission) => !permission.endsWith(':read'))).toEqual([]);
  });

  it('lets an administrator do whatever a manager may', () => {
    const lacking = permissions.filter(
      (permission) => mayDo(['manager'], permission) && !mayDo(['administrator'], permission),
    );
    expect(lacking).toEqual([]);
  });

  it('lets operations change neither fleet nor orders', () => {
    expect(mayDo(['operations'], 'orders:change')).toBe(false);
    expect(mayDo(['operations'], 'fleet:change')).toBe(false);
  });

  it('gives nothing to somebody without a role', () => {
    expect(permissions.filter((permission) => mayDo([], permission))).toEqual([]);
  });
});
