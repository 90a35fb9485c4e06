import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem, type PublicApi } from '../demo/public-api.ts';

const AGAIN_AFTER_MS = 200;
const UNAVAILABLE = 503;

/**
 * The public API to a caller who does as the API's guide says: what was not answered, or with 5xx, is asked again under
 * the same Idempotency-Key, until the time is over.
 *
 * @param onRude told of a 5xx that is no 503 with `Retry-After`, which no fault of a drill excuses
 */
export const persistent = (
  api: PublicApi,
  { withinMs, onRude }: { withinMs: number; onRude: (message: string) => void },
): PublicApi => ({
  call: async (contract, request, idempotencyKey = randomUUID()) => {
    const giveUpAt = Date.now() + withinMs;
    for (;;) {
      try {
        return await api.call(contract, request, idempotencyKey);
      } catch (error) {
        if (!mayComeRight(error) || Date.now() > giveUpAt) throw error;
        if (error instanceof ApiProblem && !(error.status === UNAVAILABLE && error.asksForTime)) onRude(error.message);
        await sleep(AGAIN_AFTER_MS);
      }
    }
  },
});

/** No answer came (fetch rejects with a TypeError, a time-out with a DOMException), or one that decides nothing. */
const mayComeRight = (error: unknown): boolean =>
  error instanceof ApiProblem ? error.status >= 500 : error instanceof TypeError || error instanceof DOMException;
