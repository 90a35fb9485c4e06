/** What a service pack lets be chosen, and whether a choice is one of these (product.md §5). */

/** Far above what an operator's pack has: a bound on what one request can make us compare, and answer. */
export const MOST_OPTIONS = 100;

export interface PackOption {
  /** As the provider's systems and a configuration know it. */
  readonly code: string;
  readonly name: string;
  readonly values: readonly string[];
  readonly default: string;
}

export interface OptionValue {
  readonly option: string;
  readonly value: string;
}

/** What holds as soon as `option` has `value`: another value is not there with it, or is there too. */
export type PackRule = OptionValue & ({ readonly excludes: OptionValue } | { readonly requires: OptionValue });

export interface PackContent {
  readonly options: readonly PackOption[];
  readonly rules: readonly PackRule[];
}

/** The value of each option, by the code of the option. */
export type Configuration = Readonly<Record<string, string>>;

export interface OptionFault {
  readonly option: string;
  readonly detail: string;
}

/**
 * Why a configuration is none of the pack, in words that say what can be done: options that the pack does not have,
 * values that it does not allow, options without a value, broken rules. Empty where the configuration is complete and
 * allowed. A rule is looked at only where both its options have a value.
 */
export const configurationFaults = (pack: PackContent, configuration: Configuration): OptionFault[] => {
  const known = new Set(pack.options.map(({ code }) => code));
  const strange = Object.keys(configuration).filter((code) => !known.has(code));
  return [
    ...strange.map((option) => ({ option, detail: `The service pack has no such option; it has ${list([...known])}` })),
    ...pack.options.flatMap((option) => valueFaults(option, valueOf(configuration, option.code))),
    ...pack.rules.flatMap((rule) => ruleFaults(rule, configuration)),
  ];
};

const valueFaults = ({ code, values }: PackOption, value: string | undefined): OptionFault[] => {
  if (value === undefined) return [{ option: code, detail: `Has no value; choose one of ${list(values)}` }];
  return values.includes(value) ? [] : [{ option: code, detail: `“${value}” is none of ${list(values)}` }];
};

const ruleFaults = (rule: PackRule, configuration: Configuration): OptionFault[] => {
  if (valueOf(configuration, rule.option) !== rule.value) return [];
  const other = otherOf(rule);
  const value = valueOf(configuration, other.option);
  if (value === undefined) return [];
  const said = (verb: string) => `“${rule.value}” ${verb} ${other.option} “${other.value}”; change one of the two`;
  if ('excludes' in rule) {
    return value === other.value ? [{ option: rule.option, detail: said('cannot be had together with') }] : [];
  }
  return value === other.value ? [] : [{ option: rule.option, detail: said('needs') }];
};

const otherOf = (rule: PackRule): OptionValue => ('excludes' in rule ? rule.excludes : rule.requires);

/** Codes come from outside: what every object inherits is no value. */
const valueOf = (configuration: Configuration, code: string): string | undefined =>
  Object.hasOwn(configuration, code) ? configuration[code] : undefined;

const list = (texts: readonly string[]): string =>
  texts.length === 0 ? 'none' : texts.map((text) => `“${text}”`).join(', ');

/** The configuration with the pack's default for each option that it has no value for. */
export const withDefaults = ({ options }: PackContent, configuration: Configuration): Configuration => ({
  ...Object.fromEntries(options.map((option) => [option.code, option.default])),
  ...configuration,
});

/** The values that the pack has as well; what is left out is its own matter. */
export const valuesInPack = ({ options }: PackContent, configuration: Configuration): Configuration =>
  Object.fromEntries(
    Object.entries(configuration).filter(([option, value]) =>
      options.some(({ code, values }) => code === option && values.includes(value)),
    ),
  );

export const isSameConfiguration = (one: Configuration, other: Configuration): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([code, value]) => valueOf(other, code) === value);

export interface PackFault {
  /** JSON pointer into the content of the pack. */
  readonly pointer: string;
  readonly detail: string;
}

/**
 * What is wrong with a pack itself: a code or a value that is there twice, a default that is no value, a rule about
 * what is not there or about one option only, defaults that break a rule. Nobody could choose anything from such a one.
 */
export const packFaults = (pack: PackContent): PackFault[] => {
  const faults = [
    ...pack.options.flatMap((option, index) => optionFaults(pack, option, index)),
    ...pack.rules.flatMap((rule, index) => rulePartFaults(pack, rule, `/rules/${index}`)),
  ];
  if (faults.length > 0) return faults;
  return configurationFaults(pack, withDefaults(pack, {})).map(({ option, detail }) => ({
    pointer: `/options/${pack.options.findIndex(({ code }) => code === option)}/default`,
    detail: `The defaults break a rule: ${detail}`,
  }));
};

const optionFaults = ({ options }: PackContent, option: PackOption, index: number): PackFault[] => {
  const { code, values } = option;
  const pointer = `/options/${index}`;
  const faults: PackFault[] = [];
  if (options.findIndex((one) => one.code === code) < index) {
    faults.push({ pointer: `${pointer}/code`, detail: `Another option has the code “${code}”` });
  }
  values.forEach((value, place) => {
    if (values.indexOf(value) < place)
      faults.push({ pointer: `${pointer}/values/${place}`, detail: 'Is there already' });
  });
  if (!values.includes(option.default)) {
    faults.push({ pointer: `${pointer}/default`, detail: `Must be one of ${list(values)}` });
  }
  return faults;
};

const rulePartFaults = (pack: PackContent, rule: PackRule, pointer: string): PackFault[] => {
  const other = otherOf(rule);
  const otherPointer = `${pointer}/${'excludes' in rule ? 'excludes' : 'requires'}`;
  const faults = [...unknownPart(pack, rule, pointer), ...unknownPart(pack, other, otherPointer)];
  if (faults.length > 0 || rule.option !== other.option) return faults;
  return [{ pointer: `${otherPointer}/option`, detail: 'A rule is about two different options' }];
};

const unknownPart = ({ options }: PackContent, { option, value }: OptionValue, pointer: string): PackFault[] => {
  const named = options.find(({ code }) => code === option);
  if (named === undefined) return [{ pointer: `${pointer}/option`, detail: `There is no option “${option}”` }];
  if (named.values.includes(value)) return [];
  return [{ pointer: `${pointer}/value`, detail: `The option “${option}” has no value “${value}”` }];
};
