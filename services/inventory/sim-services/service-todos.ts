/** What is left to do about a SIM's services, read off them: nothing of it is stored by itself. Pure. */
import type { ServiceTodo } from '@simlane/contracts/http/service-todos';
import { SERVICE_TODOS, type ServiceTodoCode } from '@simlane/contracts/sim-services';
import type { Drift } from '../drift/drift.ts';
import type { Failure, SimServices } from './sim-services.ts';

/** @param drift of the open proposal, and since when */
export const todosOf = (
  { failed, confirmed }: SimServices,
  drift: { readonly drift: Drift; readonly since: Date } | null,
): ServiceTodo[] => [
  ...(failed.plan === null ? [] : [planTodo(failed.plan, confirmed.plan)]),
  ...optionTodo(failed.options),
  ...(drift === null ? [] : [driftTodo(drift)]),
];

const todo = (code: ServiceTodoCode, since: Date, detail: string): ServiceTodo => ({
  code,
  ...SERVICE_TODOS[code],
  since: since.toISOString(),
  detail,
});

const planTodo = (failure: Failure, inForce: string | null): ServiceTodo =>
  todo(
    'rate_plan_refused',
    failure.at,
    `The provider refuses the rate plan ${failure.value}${words(failure)}; ${inForce ?? 'the one before'} stays in force`,
  );

const optionTodo = (failures: SimServices['failed']['options']): ServiceTodo[] => {
  const refused = Object.entries(failures).toSorted(([, one], [, other]) => one.at.getTime() - other.at.getTime());
  const [first] = refused;
  if (first === undefined) return [];
  const named = refused.map(([code, failure]) => `${code} “${failure.value}”${words(failure)}`);
  return [todo('option_refused', first[1].at, `The provider refuses ${named.join(', ')}`)];
};

const words = ({ reason }: Failure): string => (reason === null ? '' : ` (${reason})`);

const driftTodo = ({
  drift: { options, plan },
  since,
}: {
  readonly drift: Drift;
  readonly since: Date;
}): ServiceTodo => {
  const named = Object.entries(options)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, { ours, theirs }]) => `${code} “${theirs}”, confirmed was “${ours}”`);
  const all = plan === null ? named : [...named, `the rate plan ${plan.theirs}, confirmed was ${plan.ours}`];
  return todo('drift_open', since, `The provider reports ${all.join('; ')}`);
};
