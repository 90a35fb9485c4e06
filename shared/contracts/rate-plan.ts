/** How a change of the rate plan is brought to the start of a billing month: we wait and send it then, or the provider is told the date. */
export const PLAN_CHANGES = ['we_schedule', 'provider_schedules'] as const;
export type PlanChange = (typeof PLAN_CHANGES)[number];

/** How many SIMs a minute are changed at a provider by what changes many, unless it takes more or fewer. */
export const SERVICE_CHANGES_PER_MINUTE = 600;
/** A thousand a second: more than one installation can send. */
export const MOST_SERVICE_CHANGES_PER_MINUTE = 60_000;
