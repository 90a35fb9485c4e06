import type { EndReason, OrderStatus } from '@simlane/contracts/order';
import type { z } from 'zod';
import { GENERATE, type rulesSchema } from '../provider-sandbox/control-api.ts';
import type { Random } from '@simlane/testing/random';

/** How the provider treats an order, and how the order is therefore to end. */
export interface Course {
  readonly name: string;
  readonly rules: z.input<typeof rulesSchema>['rules'];
  readonly end: { readonly status: OrderStatus; readonly endReason: EndReason | null };
}

/** Words follow each other this closely: a fault at a random moment is to hit any two of them. */
const LONGEST_PAUSE_MS = 400;
const PROCESSED = { status: 'processed', endReason: null } as const;
const CANCELLED = { status: 'cancelled', endReason: 'provider' } as const;
const REJECTED = { status: 'cancelled', endReason: 'rejected' } as const;

const processed = { signal: 'order.processed', data: { iccid: GENERATE } } as const;
const acknowledged = { signal: 'order.acknowledged' } as const;
const cancelled = { signal: 'order.cancelled', data: { reason: 'Out of stock' } } as const;

/** Draws a course; what comes late, twice or unasked is part of most. */
export const drawCourse = (random: Random): Course => {
  const first = random.below(LONGEST_PAUSE_MS);
  const second = first + 1 + random.below(LONGEST_PAUSE_MS);
  const third = second + 1 + random.below(LONGEST_PAUSE_MS);
  return random.pick<Course>([
    {
      name: 'acknowledged, processed',
      rules: [
        {
          steps: [
            { afterMs: first, ...acknowledged },
            { afterMs: second, ...processed },
          ],
        },
      ],
      end: PROCESSED,
    },
    {
      name: 'each word three times, the first one once more at the end',
      rules: [
        {
          steps: [
            { afterMs: first, ...acknowledged, repeat: 3 },
            { afterMs: second, ...processed, repeat: 3 },
            { afterMs: third, ...acknowledged },
          ],
        },
      ],
      end: PROCESSED,
    },
    { name: 'processed at once', rules: [{ steps: [{ afterMs: first, ...processed }] }], end: PROCESSED },
    {
      name: 'acknowledged, cancelled, cancelled',
      rules: [
        {
          steps: [
            { afterMs: first, ...acknowledged },
            { afterMs: second, ...cancelled },
            { afterMs: third, ...cancelled },
          ],
        },
      ],
      end: CANCELLED,
    },
    { name: 'cancelled at once', rules: [{ steps: [{ afterMs: first, ...cancelled }] }], end: CANCELLED },
    { name: 'rejected', rules: [{ submission: 'reject' }], end: REJECTED },
    {
      name: 'accepted, and the answer lost',
      rules: [
        { submission: random.pick(['fail', 'garbage']), times: 1, acceptedAnyway: true },
        {
          steps: [
            { afterMs: first, ...acknowledged },
            { afterMs: second, ...processed },
          ],
        },
      ],
      end: PROCESSED,
    },
  ]);
};

/** The provider takes the order and says nothing: what follows is said by hand. */
export const SILENT: Course = { name: 'silent', rules: [], end: PROCESSED };
