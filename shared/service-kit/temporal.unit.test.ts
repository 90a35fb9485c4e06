import { describe, expect, it } from 'vitest';
import { connectTemporal } from './temporal.ts';

describe('a Temporal connection', () => {
  it('is made without the server, and its check fails in time while there is none', async () => {
    const temporal = connectTemporal({ address: '127.0.0.1:1', namespace: 'simlane' });
    const started = performance.now();
    await expect(temporal.check()).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(5_000);
    await temporal.close();
  });
});
