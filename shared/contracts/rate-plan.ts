/** How a change of the rate plan is brought to the start of a billing month: we wait and send it then, or the provider is told the date. */
export const PLAN_CHANGES = ['we_schedule', 'provider_schedules'] as const;
export type PlanChange = (typeof PLAN_CHANGES)[number];
