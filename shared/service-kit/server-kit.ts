import type { FastifyRequest } from 'fastify';
import type { TokenVerifier } from './tokens.ts';

/** What routes.ts needs of the server that a route stands on. */
export interface ServerKit {
  readonly face: 'public' | 'internal';
  readonly tokens: TokenVerifier;
  readonly checkAnswers: boolean;
  /** Before anything is recorded that a reading brings about. @throws ProblemError `read_only` */
  readonly requireChanges: () => void;
  /** Counts a call of this caller. @throws ProblemError `rate_limited` */
  readonly countCall: (request: FastifyRequest, caller: string) => Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    simlane: ServerKit;
  }
}
