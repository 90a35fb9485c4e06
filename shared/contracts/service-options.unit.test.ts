import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  configurationFaults,
  isSameConfiguration,
  type PackContent,
  packFaults,
  type PackRule,
  valuesInPack,
  withDefaults,
} from './service-options.ts';

const pack: PackContent = {
  options: [
    { code: 'sms', name: 'SMS', values: ['off', 'on'], default: 'on' },
    { code: 'data', name: 'Data', values: ['off', '5_gb', '20_gb'], default: '5_gb' },
    { code: 'roaming', name: 'Roaming', values: ['off', 'europe', 'world'], default: 'off' },
  ],
  rules: [
    { option: 'roaming', value: 'world', requires: { option: 'data', value: '20_gb' } },
    { option: 'data', value: 'off', excludes: { option: 'roaming', value: 'europe' } },
  ],
};
const plain = { sms: 'on', data: '5_gb', roaming: 'off' };
const optionsAtFault = (configuration: Record<string, string>) =>
  configurationFaults(pack, configuration).map(({ option }) => option);

describe('a configuration', () => {
  it('that is complete and breaks no rule is one of the pack', () => {
    expect(configurationFaults(pack, plain)).toEqual([]);
    expect(configurationFaults(pack, { sms: 'off', data: '20_gb', roaming: 'world' })).toEqual([]);
    expect(configurationFaults(pack, { ...plain, roaming: 'europe' })).toEqual([]);
  });

  it.each([
    ['an option that is not in the pack', { ...plain, voice: 'on' }, 'voice', '“sms”, “data”, “roaming”'],
    ['a value that is not allowed', { ...plain, data: '7_gb' }, 'data', '“7_gb” is none of “off”, “5_gb”, “20_gb”'],
    ['no value for an option', { sms: 'on', data: '5_gb' }, 'roaming', 'choose one of “off”, “europe”, “world”'],
    ['a requirement not met', { ...plain, roaming: 'world' }, 'roaming', '“world” needs data “20_gb”'],
    [
      'what excludes each other',
      { ...plain, data: 'off', roaming: 'europe' },
      'data',
      'together with roaming “europe”',
    ],
  ])('with %s is refused with what can be done', (_what, configuration, option, detail) => {
    expect(configurationFaults(pack, configuration)).toEqual([{ option, detail: expect.stringContaining(detail) }]);
  });

  it('is told everything at once, and nothing twice', () => {
    expect(optionsAtFault({ voice: 'on', data: 'off', sms: 'maybe' })).toEqual(['voice', 'sms', 'roaming']);
    expect(optionsAtFault({})).toEqual(['sms', 'data', 'roaming']);
  });

  it('gets no value from what every object has', () => {
    const inherited: PackContent = {
      options: [{ code: 'constructor', name: 'C', values: ['a', 'b'], default: 'a' }],
      rules: [],
    };
    expect(configurationFaults(inherited, {})).toMatchObject([{ option: 'constructor' }]);
    expect(withDefaults(inherited, {})).toEqual({ constructor: 'a' });
    expect(isSameConfiguration({ sms: 'on' }, { constructor: 'a' })).toBe(false);
  });

  it('takes defaults only where it has no value, and into another pack only what that has', () => {
    expect(withDefaults(pack, { data: '20_gb', voice: 'on' })).toEqual({ ...plain, data: '20_gb', voice: 'on' });
    expect(valuesInPack(pack, { data: '20_gb', voice: 'on', sms: 'maybe' })).toEqual({ data: '20_gb' });
  });
});

describe('a pack', () => {
  const [sms, data, roaming] = pack.options as [
    PackContent['options'][number],
    PackContent['options'][number],
    PackContent['options'][number],
  ];
  const other = { option: 'data', value: '20_gb' };
  const withRule = (rule: PackRule): PackContent => ({ ...pack, rules: [rule] });

  it('from which something can be chosen has no fault', () => {
    expect(packFaults(pack)).toEqual([]);
    expect(packFaults({ options: [], rules: [] })).toEqual([]);
  });

  it.each<[string, PackContent, string]>([
    ['a code twice', { ...pack, options: [...pack.options, sms] }, '/options/3/code'],
    ['a value twice', { ...pack, options: [{ ...sms, values: ['on', 'on'] }, data, roaming] }, '/options/0/values/1'],
    [
      'a default that is no value',
      { ...pack, options: [{ ...sms, default: '?' }, data, roaming] },
      '/options/0/default',
    ],
    ['a rule about no option', withRule({ option: 'voice', value: 'on', requires: other }), '/rules/0/option'],
    ['a rule about no value', withRule({ option: 'sms', value: '?', requires: other }), '/rules/0/value'],
    [
      'a rule that excludes no option',
      withRule({ option: 'sms', value: 'on', excludes: { option: 'voice', value: 'on' } }),
      '/rules/0/excludes/option',
    ],
    [
      'a rule that requires no value',
      withRule({ option: 'sms', value: 'on', requires: { option: 'data', value: '?' } }),
      '/rules/0/requires/value',
    ],
    [
      'a rule about one option only',
      withRule({ option: 'data', value: 'off', excludes: other }),
      '/rules/0/excludes/option',
    ],
    ['defaults that break a rule', withRule({ option: 'sms', value: 'on', requires: other }), '/options/0/default'],
  ])('with %s is refused there', (_what, content, pointer) => {
    expect(packFaults(content).map((fault) => fault.pointer)).toEqual([pointer]);
  });
});

/** Packs of up to four options with up to three values, with rules between whatever they have. */
const packs: fc.Arbitrary<PackContent> = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 })
  .chain((codes) => fc.tuple(...codes.map((code) => fc.tuple(fc.constant(code), fc.integer({ min: 1, max: 3 })))))
  .chain((shapes) => {
    const options = shapes.map(([code, count]) => {
      const values = ['1', '2', '3'].slice(0, count);
      return { code, name: code, values, default: values[0] as string };
    });
    const part = fc
      .constantFrom(...options)
      .chain(({ code, values }) => fc.record({ option: fc.constant(code), value: fc.constantFrom(...values) }));
    const rule = fc
      .tuple(part, part, fc.boolean())
      .map(([when, then, excludes]) => (excludes ? { ...when, excludes: then } : { ...when, requires: then }));
    return fc.record({ options: fc.constant(options), rules: fc.array(rule, { maxLength: 4 }) });
  });

const configurations = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3', '4'), {
  noNullPrototype: true,
});

describe('whatever the pack and the configuration', () => {
  it('there is no fault exactly where all is known, allowed, complete and no rule is broken', () => {
    const isAllowed = ({ options, rules }: PackContent, configuration: Record<string, string>): boolean =>
      Object.keys(configuration).length === options.length &&
      options.every(({ code, values }) => values.includes(configuration[code] ?? '')) &&
      rules.every((rule) => {
        if (configuration[rule.option] !== rule.value) return true;
        return 'excludes' in rule
          ? configuration[rule.excludes.option] !== rule.excludes.value
          : configuration[rule.requires.option] === rule.requires.value;
      });
    fc.assert(
      fc.property(packs, configurations, fc.boolean(), (content, drawn, completed) => {
        const configuration = completed ? withDefaults(content, drawn) : drawn;
        expect(configurationFaults(content, configuration).length === 0).toBe(isAllowed(content, configuration));
      }),
      { numRuns: 500 },
    );
  });

  it('the defaults of a pack without fault are one of its configurations', () => {
    fc.assert(
      fc.property(packs, (content) => {
        fc.pre(packFaults(content).length === 0);
        expect(configurationFaults(content, withDefaults(content, {}))).toEqual([]);
      }),
    );
  });

  it('what is carried into a pack and completed there breaks nothing but its rules', () => {
    fc.assert(
      fc.property(packs, configurations, (content, configuration) => {
        const carried = withDefaults(content, valuesInPack(content, configuration));
        expect(configurationFaults({ ...content, rules: [] }, carried)).toEqual([]);
      }),
    );
  });
});
