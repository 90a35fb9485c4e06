import type { ServiceProfile } from '@simlane/contracts/http/service-profiles';
import {
  type Configuration,
  configurationFaults,
  type PackContent,
  withDefaults,
} from '@simlane/contracts/service-options';

/** A profile with the values that its own version names. */
export type NamedValues = Pick<ServiceProfile, 'id' | 'name'> & { readonly options: Configuration };

export interface EditFault {
  readonly profile: Pick<ServiceProfile, 'id' | 'name'>;
  readonly detail: string;
}

/**
 * What an edit of a pack would change of its profiles: an option or a value that one holds would go, a default that
 * one goes by would be another, or a rule would forbid what one holds. An option that is new changes nothing.
 */
export const packEditFaults = (
  before: PackContent,
  after: PackContent,
  profiles: readonly NamedValues[],
): EditFault[] =>
  profiles.flatMap((profile) => {
    const held = withDefaults(before, profile.options);
    const kept = withDefaults(after, profile.options);
    const gone = Object.entries(held).flatMap(([option, value]) => {
      const now = after.options.find(({ code }) => code === option);
      if (now === undefined) return [{ option, detail: `Holds “${value}”, and the option would be gone` }];
      if (kept[option] === value) return [];
      return [{ option, detail: `Goes by the default “${value}”, and that would be “${now.default}”` }];
    });
    const goneOptions = new Set(gone.map(({ option }) => option));
    const broken = configurationFaults(after, kept).filter(({ option }) => !goneOptions.has(option));
    return [...gone, ...broken].map(({ option, detail }) => ({ profile, detail: `${option}: ${detail}` }));
  });
