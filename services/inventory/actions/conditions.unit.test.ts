import { describe, expect, it } from 'vitest';
import type { ActionCaller, SimFacts } from './action-facts.ts';
import { UNTOUCHED_DEFAULT_PROFILE } from './action-profile.ts';
import { learnt, NO_DISTRIBUTOR, NOT_LEARNT } from './catalog.ts';
import {
  enabledInProfile,
  esimInCatalog,
  lineInSlot,
  noChangeInFlight,
  qrCodeContact,
  roleAllows,
  simIsOfKind,
  simServing,
} from './conditions.ts';

const sim = (facts: Partial<SimFacts> = {}): SimFacts => ({
  id: 'sim-1',
  kind: 'physical',
  state: 'active',
  distributorId: null,
  ...facts,
});
const caller = (facts: Partial<ActionCaller> = {}): ActionCaller => ({
  roles: ['manager'],
  profile: UNTOUCHED_DEFAULT_PROFILE,
  ...facts,
});
const article = { id: 'a', packId: 'p', distributorId: null };

describe('each condition says whether it is met, and if not, what makes it so and who can', () => {
  it('line_in_slot', () => {
    expect(lineInSlot({ msisdn: '+33612345678', slot: 2 })).toMatchObject({ state: 'met', fix: null, whoCanFix: null });
    expect(lineInSlot({ msisdn: '+33612345678', slot: null })).toMatchObject({
      state: 'not_met',
      fix: expect.stringContaining('+33612345678'),
      whoCanFix: 'manager',
    });
  });

  it('sim_is_physical and sim_is_esim; nobody can change the kind of a SIM', () => {
    expect(simIsOfKind(sim(), 'physical')).toMatchObject({ code: 'sim_is_physical', state: 'met' });
    expect(simIsOfKind(sim({ kind: 'esim' }), 'physical')).toMatchObject({ state: 'not_met', whoCanFix: 'nobody' });
    expect(simIsOfKind(sim({ kind: 'esim' }), 'esim')).toMatchObject({ code: 'sim_is_esim', state: 'met' });
    expect(simIsOfKind(sim(), 'esim')).toMatchObject({ state: 'not_met', whoCanFix: 'nobody' });
    expect(simIsOfKind(null, 'esim')).toMatchObject({ state: 'not_met', whoCanFix: 'administrator' });
  });

  it('sim_serving: active and suspended SIMs serve, others and none do not', () => {
    for (const state of ['active', 'suspended'] as const) expect(simServing(sim({ state })).state).toBe('met');
    for (const state of ['in_stock', 'temporary', 'discarded'] as const) {
      expect(simServing(sim({ state })).state).toBe('not_met');
    }
    expect(simServing(null).state).toBe('not_met');
  });

  it('esim_in_catalog names the provider; unknown while the catalog is silent', () => {
    const facts = { name: 'Polarlink', archived: false, esimArticles: [article] };
    expect(esimInCatalog(learnt(facts))).toMatchObject({ state: 'met', detail: expect.stringContaining('Polarlink') });
    expect(esimInCatalog(learnt({ ...facts, esimArticles: [] }))).toMatchObject({
      state: 'not_met',
      fix: 'Add an eSIM of the provider Polarlink to the section SIM cards of an order pack; an administrator can do it',
      whoCanFix: 'administrator',
    });
    expect(esimInCatalog(learnt({ ...facts, archived: true }))).toMatchObject({
      state: 'not_met',
      detail: 'The provider Polarlink is archived and takes no new orders',
    });
    expect(esimInCatalog(NOT_LEARNT)).toMatchObject({ state: 'unknown', fix: expect.any(String) });
  });

  it('qr_code_contact names the distributor; unknown while the catalog is silent', () => {
    expect(qrCodeContact(learnt({ distributorName: 'Simhaus', contacts: 2 })).state).toBe('met');
    expect(qrCodeContact(learnt({ distributorName: 'Simhaus', contacts: 0 }))).toMatchObject({
      state: 'not_met',
      detail: 'No contact of distributor Simhaus has the role eSIM QR Code',
      fix: 'Give the role eSIM QR Code to a contact of distributor Simhaus; an administrator can do it',
      whoCanFix: 'administrator',
    });
    expect(qrCodeContact(learnt(NO_DISTRIBUTOR))).toMatchObject({ state: 'not_met', whoCanFix: 'administrator' });
    expect(qrCodeContact(NOT_LEARNT).state).toBe('unknown');
  });

  it('enabled_in_profile, slot by slot', () => {
    const profile = {
      name: 'Drivers',
      isDefault: false,
      settings: [{ action: 'switch_to_esim', slot: 1, enabled: true } as const],
    };
    expect(enabledInProfile(caller({ profile }), 'switch_to_esim', 1).state).toBe('met');
    expect(enabledInProfile(caller({ profile }), 'switch_to_esim', 2)).toMatchObject({
      state: 'not_met',
      fix: 'Enable Switch to eSIM for slot 2 in the authorised-actions profile Drivers; an administrator can do it',
      whoCanFix: 'administrator',
    });
    expect(enabledInProfile(caller(), 'switch_to_esim', null)).toMatchObject({
      state: 'not_met',
      whoCanFix: 'manager',
    });
  });

  it('role_allows: managers and administrators run actions, viewers and operations do not', () => {
    for (const action of ['switch_to_esim', 'replace_esim', 'generate_esim_qr_code'] as const) {
      for (const role of ['manager', 'administrator'] as const) {
        expect(roleAllows(caller({ roles: [role] }), action).state).toBe('met');
      }
      for (const role of ['viewer', 'operations'] as const) {
        expect(roleAllows(caller({ roles: [role] }), action)).toMatchObject({
          state: 'not_met',
          whoCanFix: 'administrator',
        });
      }
    }
  });

  it('no_change_in_flight carries the order that blocks, and says how a manager can have it cancelled', () => {
    expect(noChangeInFlight(null)).toMatchObject({ state: 'met' });
    expect(noChangeInFlight('order-1')).toMatchObject({
      state: 'not_met',
      fix: 'Wait until the order order-1 is finished, or ask for its cancellation with POST /orders/v1/orders/order-1/cancellation-requests; a manager can do it',
      whoCanFix: 'manager',
      blockingOrder: { id: 'order-1' },
    });
  });
});
