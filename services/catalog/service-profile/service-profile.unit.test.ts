import { describe, expect, it } from 'vitest';
import { optionsOfNew, partsOf, requireFitting, whyNotEditable } from './service-profile.ts';

const PROVIDER = '01890000-0000-7000-8000-000000000001';
const OTHER = '01890000-0000-7000-8000-000000000002';
const pack = {
  id: '01890000-0000-7000-8000-000000000003',
  version: 1,
  name: 'Smartphone',
  providerId: PROVIDER,
  options: [
    { code: 'sms', name: 'SMS', values: ['off', 'on'], default: 'on' },
    { code: 'data', name: 'Data', values: ['5_gb', '20_gb'], default: '5_gb' },
  ],
  rules: [],
  archivedAt: null,
};
const profile = {
  id: '01890000-0000-7000-8000-000000000004',
  version: 3,
  name: 'Office',
  providerId: PROVIDER,
  servicePackId: pack.id,
  ratePlanId: '01890000-0000-7000-8000-000000000005',
  options: { sms: 'off', data: '20_gb' },
  archivedAt: null,
};

describe('a new profile', () => {
  it('has the pack and the plan that it names, else those of the copied one', () => {
    expect(partsOf({ name: 'New', servicePackId: OTHER, ratePlanId: OTHER }, undefined)).toEqual({
      servicePackId: OTHER,
      ratePlanId: OTHER,
    });
    expect(partsOf({ name: 'New', copyOf: profile.id, ratePlanId: OTHER }, profile)).toEqual({
      servicePackId: pack.id,
      ratePlanId: OTHER,
    });
  });

  it('has the defaults of the pack for what it leaves out, and what a copy has before these', () => {
    const wanted = { name: 'New', options: { data: '20_gb' } };
    expect(optionsOfNew(wanted, undefined, pack)).toEqual({ sms: 'on', data: '20_gb' });
    expect(optionsOfNew(wanted, profile, pack)).toEqual({ sms: 'off', data: '20_gb' });
  });

  it('takes into another pack the values that this has too', () => {
    const other = { ...pack, options: [{ code: 'data', name: 'Data', values: ['1_gb'], default: '1_gb' }] };
    expect(optionsOfNew({ name: 'New', copyOf: profile.id }, profile, other)).toEqual({ data: '1_gb' });
  });

  it('is refused with all that does not fit: the plan of another provider, and each option', () => {
    const plan = { name: 'Foreign', providerId: OTHER };
    expect(() => requireFitting(pack, { ...plan, providerId: PROVIDER }, profile.options)).not.toThrow();
    expect(() => requireFitting(pack, plan, { sms: 'maybe', data: '5_gb', voice: 'on' })).toThrow(
      expect.objectContaining({
        code: 'profile_invalid',
        details: expect.objectContaining({
          errors: [
            { pointer: '/ratePlanId', detail: expect.stringContaining('“Foreign” is of another provider') },
            { pointer: '/options/voice', detail: expect.anything() },
            { pointer: '/options/sms', detail: expect.anything() },
          ],
        }),
      }),
    );
  });
});

describe('an edit of a profile', () => {
  const bodyIn = (fix: string | undefined) => JSON.parse(/\{.*\}/.exec(fix ?? '')?.[0] ?? 'null');

  it('can change its name, and repeat what it has', () => {
    const { servicePackId, ratePlanId, options } = profile;
    expect(whyNotEditable(profile, { name: 'New' })).toBeUndefined();
    expect(whyNotEditable(profile, { name: 'New', servicePackId, ratePlanId, options })).toBeUndefined();
    expect(whyNotEditable(profile, { options: { sms: 'off' } })).toBeUndefined();
  });

  it('to another pack or plan is answered with the one call that makes another profile and migrates', () => {
    const refusal = whyNotEditable(profile, { ratePlanId: OTHER });
    expect(refusal).toMatchObject({ code: 'profile_fixed', details: { errors: [{ pointer: '/ratePlanId' }] } });
    expect(refusal?.fix).toContain('POST /inventory/v1/service-changes');
    expect(bodyIn(refusal?.fix)).toEqual({
      kind: 'migrate',
      newProfile: { name: 'Office (2)', copyOf: profile.id, servicePackId: pack.id, ratePlanId: OTHER },
    });
    const more = whyNotEditable(profile, { name: 'New', servicePackId: OTHER, options: { data: '5_gb' } });
    expect(bodyIn(more?.fix).newProfile).toEqual({
      name: 'New',
      copyOf: profile.id,
      servicePackId: OTHER,
      ratePlanId: profile.ratePlanId,
      options: { data: '5_gb' },
    });
  });

  it('of options is answered with the service change that edits them', () => {
    const refusal = whyNotEditable(profile, { options: { sms: 'off', data: '5_gb', constructor: 'x' } });
    expect(refusal).toMatchObject({
      code: 'service_change_needed',
      details: { errors: [{ pointer: '/options/data' }, { pointer: '/options/constructor' }] },
    });
    expect(bodyIn(refusal?.fix)).toEqual({
      kind: 'edit_profile',
      serviceProfileId: profile.id,
      options: { data: '5_gb', constructor: 'x' },
    });
  });
});
