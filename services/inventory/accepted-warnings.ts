import type { Warning } from '@simlane/contracts/http/problem';
import { ProblemError } from '@simlane/service-kit/problem';

/** The refusal as long as one of the warnings has not been accepted; it names all of them. */
export const refusalOfWarnings = (
  warnings: readonly Warning[],
  accepted: readonly string[],
): ProblemError | undefined => {
  const open = warnings.filter(({ code }) => !accepted.includes(code));
  if (open.length === 0) return undefined;
  const codes = JSON.stringify(warnings.map(({ code }) => code));
  return new ProblemError('warnings_not_accepted', open.map(({ detail }) => detail).join('. '), {
    fix: `If it is right all the same, repeat the request with acceptWarnings: ${codes}`,
    warnings,
  });
};

/** @throws ProblemError `warnings_not_accepted` */
export const requireAccepted = (warnings: readonly Warning[], accepted: readonly string[]): void => {
  const refusal = refusalOfWarnings(warnings, accepted);
  if (refusal !== undefined) throw refusal;
};
