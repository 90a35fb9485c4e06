import { RemoteProblem } from '@simlane/service-kit/problem';

/** The first telling stands: what came or went between two tries makes no second mail. */
export const ignoreIfToldBefore = (error: unknown): void => {
  if (!(error instanceof RemoteProblem && error.code === 'idempotency_key_reused')) throw error;
};
