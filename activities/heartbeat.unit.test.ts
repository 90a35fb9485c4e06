import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HEARTBEAT_INTERVAL_MS, heartbeatWhileRunning } from './heartbeat.ts';

type Activity = Parameters<typeof heartbeatWhileRunning>[0];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an activity', () => {
  it.each([
    ['returns', (end: PromiseWithResolvers<unknown>) => end.resolve('done')],
    ['fails', (end: PromiseWithResolvers<unknown>) => end.reject(new Error('no'))],
  ])('heartbeats until it %s, and no longer', async (_how, finish) => {
    const heartbeat = vi.fn<Activity['heartbeat']>();
    const end = Promise.withResolvers<unknown>();
    const execute = heartbeatWhileRunning({ heartbeat } as unknown as Activity).inbound?.execute;
    const running = execute?.({ args: [], headers: {} }, () => end.promise);
    await vi.advanceTimersByTimeAsync(3 * HEARTBEAT_INTERVAL_MS);
    expect(heartbeat).toHaveBeenCalledTimes(3);
    finish(end);
    await Promise.allSettled([running]);
    await vi.advanceTimersByTimeAsync(3 * HEARTBEAT_INTERVAL_MS);
    expect(heartbeat).toHaveBeenCalledTimes(3);
  });
});
