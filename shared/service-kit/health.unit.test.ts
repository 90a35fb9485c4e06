import { describe, expect, it, vi } from 'vitest';
import { createReadiness } from './health.ts';

describe('readiness', () => {
  it('waits for no dependency longer than two seconds', async () => {
    const started = performance.now();
    const readiness = createReadiness({ stuck: () => new Promise(() => undefined), good: async () => undefined });
    expect(await readiness()).toEqual({ status: 'not_ready', dependencies: { stuck: 'failed', good: 'ok' } });
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('looks at each dependency no more than once a second, however often it is asked', async () => {
    const check = vi.fn(async () => undefined);
    const readiness = createReadiness({ check });
    await Promise.all(Array.from({ length: 50 }, readiness));
    expect(check).toHaveBeenCalledOnce();
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await readiness();
    expect(check).toHaveBeenCalledTimes(2);
  });
});
