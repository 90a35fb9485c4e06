import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A problem as a provider answers it (RFC 9457). Its codes are the provider's own, not those of our services. */
export interface SandboxProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

export const answerProblem = (reply: FastifyReply, { status, code, detail }: SandboxProblem): FastifyReply =>
  reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: STATUS_CODES[status] ?? code, status, code, detail });

export const UNAUTHENTICATED: SandboxProblem = {
  status: 401,
  code: 'unauthenticated',
  detail: 'The bearer credential is not the right one.',
};
