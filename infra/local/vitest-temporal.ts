/** vitest's global set-up of tests that need a Temporal server: `inject('temporalAddress')`. */
import type { TestProject } from 'vitest/node';
import { sayAside } from './terminal.ts';
import { startTestTemporal } from './test-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** host:port of a Temporal server with a namespace `simlane`. */
    temporalAddress: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestTemporal(sayAside);
  project.provide('temporalAddress', server.address);
  return () => server.stop();
}
