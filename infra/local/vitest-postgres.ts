/** vitest's global set-up of tests that need PostgreSQL: `inject('postgresAdminUrl')`. */
import type { TestProject } from 'vitest/node';
import { startTestPostgres } from './test-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser of a PostgreSQL that is thrown away afterwards. */
    postgresAdminUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestPostgres();
  project.provide('postgresAdminUrl', server.address);
  return () => server.stop();
}
