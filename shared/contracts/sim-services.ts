/**
 * A SIM's services, as inventory wants them and a provider gives them; and the messages of the workflow that sends the
 * newest difference, one call at a time. Ids and states only.
 */

/** What became of an option or a plan that was asked for. All but `scheduled` are final. */
export const SERVICE_OUTCOMES = ['applied', 'refused', 'scheduled', 'cancelled'] as const;
export type ServiceOutcome = (typeof SERVICE_OUTCOMES)[number];

/**
 * Where a service call stands: whether the provider has it is not known; it has it and has not answered for everything
 * that was asked; it has.
 */
export const SERVICE_CALL_STATES = ['sending', 'pending', 'answered'] as const;
export type ServiceCallState = (typeof SERVICE_CALL_STATES)[number];

/**
 * What is left to do about what a SIM may do, and by whom: `rate_plan_refused`: the plan before stays in force;
 * `option_refused`: the option stays as last confirmed; `drift_open`: the provider reports otherwise than it confirmed.
 */
export const SERVICE_TODOS = {
  rate_plan_refused: { responsible: 'manager' },
  option_refused: { responsible: 'manager' },
  drift_open: { responsible: 'manager' },
} as const;
export type ServiceTodoCode = keyof typeof SERVICE_TODOS;

export const SIM_SERVICES_WORKFLOW = 'simServices';
/** The provider has answered a service call, or said more about it; what it said is read from order. */
export const SERVICE_CALL_ANSWERED_SIGNAL = 'serviceCallAnswered';

/** One workflow for each SIM, so that one call is under way at a time. */
export const simServicesWorkflowId = (simId: string): `sim-services/${string}` => `sim-services/${simId}`;

export interface SimServicesInput {
  readonly accountId: string;
  readonly simId: string;
}

export interface ServiceCallAnswered {
  readonly changeId: string;
}
