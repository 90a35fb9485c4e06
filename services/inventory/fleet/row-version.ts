import { ProblemError } from '@simlane/service-kit/problem';

/** @throws ProblemError `stale_version` where the caller has seen another version of the row than the one there is */
export const requireVersion = (current: number, seen: number | undefined): void => {
  if (seen === undefined || seen === current) return;
  throw new ProblemError('stale_version', `This is version ${current} by now, and the request is about ${seen}`, {
    fix: 'Read it again, and repeat the request if it is still what you want',
    errors: [{ pointer: '/version', detail: `Is ${current} by now` }],
  });
};
