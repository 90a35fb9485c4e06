import 'vitest';

/** What the global set-up of vitest starts once for all test files, for `inject(...)`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser of a PostgreSQL that is thrown away afterwards. */
    postgresAdminUrl: string;
    /** host:port of a Temporal server with a namespace `simlane`. */
    temporalAddress: string;
  }
}
