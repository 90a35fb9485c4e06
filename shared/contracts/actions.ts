/** The actions of a fleet's lines and SIMs, and the conditions under which each is available (product.md §2). */
export const ACTIONS = ['switch_to_esim', 'replace_esim', 'generate_esim_qr_code'] as const;
export type Action = (typeof ACTIONS)[number];

/** Whether a user interface shows the action, shows it with what stands in its way, or leaves it out. */
export const DISPLAYS = ['available', 'blocked', 'not_applicable'] as const;
export type Display = (typeof DISPLAYS)[number];

/** `unknown`: could not be learnt just now; the action is then not available, and commands answer 503. */
export const CONDITION_STATES = ['met', 'not_met', 'unknown'] as const;
export type ConditionState = (typeof CONDITION_STATES)[number];

export const CONDITIONS = [
  'line_in_slot',
  'sim_is_physical',
  'sim_is_esim',
  'sim_serving',
  'esim_in_catalog',
  'qr_code_contact',
  'enabled_in_profile',
  'role_allows',
  'no_change_in_flight',
] as const;
export type ConditionCode = (typeof CONDITIONS)[number];

/** Who can make a condition true. */
export const FIXERS = ['manager', 'administrator', 'operations', 'nobody'] as const;
export type Fixer = (typeof FIXERS)[number];

export const ACTION_WARNINGS = ['device_not_esim_capable'] as const;
export type ActionWarning = (typeof ACTION_WARNINGS)[number];

/** The role of a distributor contact who receives QR requests. */
export const QR_CODE_CONTACT_ROLE = 'esim_qr_code';
