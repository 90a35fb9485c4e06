import { describe, expect, it } from 'vitest';
import { mayBecome, requireOwnAssociations } from './sim-state-change.ts';

describe('the state of a SIM, as a person can change it', () => {
  const onLine = { lineNumber: '+33612345678' };
  const free = { lineNumber: null };

  it('goes between active and suspended', () => {
    expect(mayBecome({ state: 'active', ...onLine }, 'suspended')).toBe(true);
    expect(mayBecome({ state: 'suspended', ...onLine }, 'active')).toBe(true);
    expect(mayBecome({ state: 'active', ...onLine }, 'active')).toBe(false);
  });

  it('becomes discarded on no line only', () => {
    expect(mayBecome({ state: 'in_stock', ...free }, 'discarded')).toBe(true);
    expect(mayBecome({ state: 'active', ...free }, 'discarded')).toBe(true);
    expect(() => mayBecome({ state: 'active', ...onLine }, 'discarded')).toThrow(/sim_state.*\+33612345678/);
  });

  it('stays discarded', () => {
    expect(mayBecome({ state: 'discarded', ...free }, 'discarded')).toBe(false);
    expect(() => mayBecome({ state: 'discarded', ...free }, 'active')).toThrow(/sim_state.*final/);
  });

  it('is neither active nor suspended in stock', () => {
    expect(() => mayBecome({ state: 'in_stock', ...free }, 'active')).toThrow(/sim_state/);
    expect(() => mayBecome({ state: 'in_stock', ...free }, 'suspended')).toThrow(/sim_state/);
  });

  it('decides whether it has groups and an employee of its own: not while temporary or discarded', () => {
    for (const state of ['temporary', 'discarded'] as const) {
      expect(() => requireOwnAssociations(state, 'groups')).toThrow(/sim_state/);
    }
    expect(() => requireOwnAssociations('suspended', 'employee')).not.toThrow();
  });
});
