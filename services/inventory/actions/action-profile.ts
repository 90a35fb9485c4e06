import { ACTIONS, type Action } from '@simlane/contracts/actions';
import { SLOTS, type Slot } from '@simlane/contracts/sim';

export interface ActionSetting {
  readonly action: Action;
  readonly slot: Slot;
  readonly enabled: boolean;
}

/** The profile that a person holds, with the settings that were ever made in it. */
export interface ActionProfile {
  readonly name: string;
  readonly isDefault: boolean;
  readonly settings: readonly ActionSetting[];
}

export const DEFAULT_PROFILE_NAME = 'Default';

/** What whoever holds no profile of his own holds, in an account where nobody has changed it yet. */
export const UNTOUCHED_DEFAULT_PROFILE: ActionProfile = { name: DEFAULT_PROFILE_NAME, isDefault: true, settings: [] };

/**
 * Whether the profile has the action on for the slot. What was never set is on in the default profile and off in a
 * custom one: a custom profile that existed before an action was introduced has it off.
 */
export const isEnabled = (profile: ActionProfile, action: Action, slot: Slot): boolean =>
  profile.settings.find((setting) => setting.action === action && setting.slot === slot)?.enabled ?? profile.isDefault;

/** Every action on every slot, as the profile has it; also what a new custom profile gets as a copy of the default. */
export const allSettings = (profile: ActionProfile): ActionSetting[] =>
  ACTIONS.flatMap((action) => SLOTS.map((slot) => ({ action, slot, enabled: isEnabled(profile, action, slot) })));
