import { describe, expect, it } from 'vitest';
import type { LineFacts } from './action-facts.ts';
import { allSettings, isEnabled, UNTOUCHED_DEFAULT_PROFILE } from './action-profile.ts';
import { lineAction, qrCodeAction, qrCodeActionWithoutSim } from './availability.ts';
import { learnt, NO_DISTRIBUTOR, NOT_LEARNT } from './catalog.ts';

const physical = { id: 'sim-1', kind: 'physical', state: 'active', distributorId: 'd' } as const;
const esim = { ...physical, kind: 'esim' } as const;
const line = (facts: Partial<LineFacts> = {}): LineFacts => ({
  id: 'line-1',
  msisdn: '+33612345678',
  providerId: 'p',
  slot: 1,
  changeOrderId: null,
  sim: physical,
  incomingSim: null,
  device: { esimCapable: 'yes' },
  ...facts,
});
const provider = learnt({
  name: 'Polarlink',
  archived: false,
  esimArticles: [{ id: 'a', packId: 'p', distributorId: null }],
});
const caller = { roles: ['manager'], profile: UNTOUCHED_DEFAULT_PROFILE } as const;
const contacts = learnt({ distributorName: 'Simhaus', contacts: 1 });

const displayOf = (action: 'switch_to_esim' | 'replace_esim', facts: Partial<LineFacts> = {}, more: object = {}) =>
  lineAction(action, { line: line(facts), provider, caller, ...more }).display;

describe('switch_to_esim and replace_esim', () => {
  it('exclude each other on a slot, whichever kind of SIM is in it', () => {
    expect([displayOf('switch_to_esim'), displayOf('replace_esim')]).toEqual(['available', 'not_applicable']);
    expect([displayOf('switch_to_esim', { sim: esim }), displayOf('replace_esim', { sim: esim })]).toEqual([
      'not_applicable',
      'available',
    ]);
  });

  it('are not applicable where there is no SIM or no slot', () => {
    for (const action of ['switch_to_esim', 'replace_esim'] as const) {
      expect(displayOf(action, { sim: null })).toBe('not_applicable');
      expect(displayOf(action, { slot: null })).toBe('not_applicable');
    }
  });

  it('are blocked by any other condition that is not met, and say all conditions, met or not', () => {
    const blockedBy = (facts: Partial<LineFacts>, more: object = {}) => {
      const { display, conditions } = lineAction('switch_to_esim', { line: line(facts), provider, caller, ...more });
      expect(display).toBe('blocked');
      expect(conditions).toHaveLength(7);
      return conditions.filter(({ state }) => state !== 'met').map(({ code, state }) => `${code} ${state}`);
    };
    expect(blockedBy({ changeOrderId: 'o' })).toEqual(['no_change_in_flight not_met']);
    expect(blockedBy({}, { caller: { ...caller, roles: ['viewer'] } })).toEqual(['role_allows not_met']);
    expect(blockedBy({}, { provider: NOT_LEARNT })).toEqual(['esim_in_catalog unknown']);
    expect(blockedBy({ sim: { ...physical, state: 'in_stock' } })).toEqual(['sim_serving not_met']);
    const profile = { name: 'Custom', isDefault: false, settings: [] };
    expect(blockedBy({}, { caller: { ...caller, profile } })).toEqual(['enabled_in_profile not_met']);
  });

  it('warn where the device is known not to support eSIM, and only there', () => {
    const warningsFor = (esimCapable: 'yes' | 'no' | 'unknown') =>
      lineAction('switch_to_esim', { line: line({ device: { esimCapable } }), provider, caller }).warnings;
    expect(warningsFor('no')).toEqual([{ code: 'device_not_esim_capable', detail: expect.any(String) }]);
    expect(warningsFor('yes')).toEqual([]);
    expect(warningsFor('unknown')).toEqual([]);
  });
});

describe('generate_esim_qr_code', () => {
  const facts = { sim: esim, slot: 1, incoming: false, contacts, caller } as const;

  it('is available on an eSIM in a slot, and on the incoming one', () => {
    expect(qrCodeAction(facts).display).toBe('available');
    expect(qrCodeAction({ ...facts, sim: { ...esim, state: 'temporary' }, incoming: true })).toMatchObject({
      display: 'available',
      target: { type: 'sim', incoming: true },
    });
  });

  it('has no condition about changes in flight or the catalog', () => {
    expect(qrCodeAction(facts).conditions.map(({ code }) => code)).toEqual([
      'sim_is_esim',
      'qr_code_contact',
      'enabled_in_profile',
      'role_allows',
    ]);
  });

  it('is not applicable to a physical SIM, without a slot, and without a SIM', () => {
    expect(qrCodeAction({ ...facts, sim: physical }).display).toBe('not_applicable');
    expect(qrCodeAction({ ...facts, slot: null }).display).toBe('not_applicable');
    expect(qrCodeActionWithoutSim({ id: 'line-1', slot: 1 }, facts)).toMatchObject({ display: 'not_applicable' });
  });

  it('is blocked without a contact, and while it cannot be learnt whether there is one', () => {
    expect(qrCodeAction({ ...facts, contacts: learnt(NO_DISTRIBUTOR) }).display).toBe('blocked');
    expect(qrCodeAction({ ...facts, contacts: NOT_LEARNT }).display).toBe('blocked');
  });
});

describe('authorised-actions profiles', () => {
  const off = { action: 'switch_to_esim', slot: 2, enabled: false } as const;

  it('have every action on in the default profile, but what an administrator turned off', () => {
    expect(isEnabled(UNTOUCHED_DEFAULT_PROFILE, 'replace_esim', 3)).toBe(true);
    expect(isEnabled({ ...UNTOUCHED_DEFAULT_PROFILE, settings: [off] }, 'switch_to_esim', 2)).toBe(false);
  });

  it('have an action that was introduced after a custom profile off in it', () => {
    const madeBefore = { name: 'Custom', isDefault: false, settings: [{ ...off, enabled: true }] };
    expect(isEnabled(madeBefore, 'switch_to_esim', 2)).toBe(true);
    expect(isEnabled(madeBefore, 'generate_esim_qr_code', 2)).toBe(false);
  });

  it('list every action on every slot, which is also what a copy of the default gets', () => {
    const settings = allSettings({ ...UNTOUCHED_DEFAULT_PROFILE, settings: [off] });
    expect(settings).toHaveLength(9);
    expect(settings.filter(({ enabled }) => !enabled)).toEqual([off]);
  });
});
