import type { PackContent } from '@simlane/contracts/service-options';
import { describe, expect, it } from 'vitest';
import { packEditFaults } from './service-pack.ts';

const sms = { code: 'sms', name: 'SMS', values: ['off', 'on'], default: 'on' };
const data = { code: 'data', name: 'Data', values: ['5_gb', '20_gb', '50_gb'], default: '5_gb' };
const before: PackContent = { options: [sms, data], rules: [] };
/** Names everything; and one that is older than the option `sms`. */
const full = { id: '1', name: 'Full', options: { sms: 'off', data: '20_gb' } };
const older = { id: '2', name: 'Older', options: { data: '5_gb' } };

const faultsOf = (after: PackContent) =>
  packEditFaults(before, after, [full, older]).map(({ profile, detail }) => `${profile.name} ${detail}`);

describe('an edit of a pack', () => {
  it.each<[string, PackContent]>([
    ['another name of an option', { ...before, options: [{ ...sms, name: 'Texts' }, data] }],
    ['a further value', { ...before, options: [sms, { ...data, values: [...data.values, '100_gb'] }] }],
    ['a value less that nobody holds', { ...before, options: [sms, { ...data, values: ['5_gb', '20_gb'] }] }],
    ['a new option', { ...before, options: [sms, data, { ...sms, code: 'voice' }] }],
    ['another default of what all of them name', { ...before, options: [sms, { ...data, default: '20_gb' }] }],
    [
      'a rule that all of them keep',
      { ...before, rules: [{ option: 'data', value: '5_gb', requires: { option: 'sms', value: 'on' } }] },
    ],
  ])('takes nothing from a profile by %s', (_what, after) => {
    expect(faultsOf(after)).toEqual([]);
  });

  it.each<[string, PackContent, string[]]>([
    [
      'an option less, whether a profile names it or goes by the default',
      { ...before, options: [data] },
      ['Full sms: Holds “off”, and the option would be gone', 'Older sms: Holds “on”, and the option would be gone'],
    ],
    [
      'a value less',
      { ...before, options: [sms, { ...data, values: ['5_gb'] }] },
      ['Full data: “20_gb” is none of “5_gb”'],
    ],
    [
      'another default of what one goes by',
      { ...before, options: [{ ...sms, default: 'off' }, data] },
      ['Older sms: Goes by the default “on”, and that would be “off”'],
    ],
    [
      'a rule that one breaks',
      { ...before, rules: [{ option: 'data', value: '20_gb', excludes: { option: 'sms', value: 'off' } }] },
      ['Full data: “20_gb” cannot be had together with sms “off”; change one of the two'],
    ],
  ])('would change a profile by %s', (_what, after, faults) => {
    expect(faultsOf(after)).toEqual(faults);
  });

  it('that brings an option whose default breaks a rule with what a profile holds would change it', () => {
    const voice = { code: 'voice', name: 'Voice', values: ['off', 'on'], default: 'on' };
    const rules = [{ option: 'voice', value: 'on', requires: { option: 'sms', value: 'on' } }];
    expect(faultsOf({ options: [sms, data, voice], rules })).toEqual([
      'Full voice: “on” needs sms “on”; change one of the two',
    ]);
  });
});
