import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest, ProblemError } from './problem.ts';

const VERSION_TAG = /^(?:W\/)?"(\d{1,15})"$|^(\d{1,15})$/;

/**
 * The version of the row that the caller has seen, from `If-Match: "7"`.
 *
 * @throws ProblemError `if_match_missing`, or `invalid_request` where it is no version
 */
export const readIfMatch = (request: FastifyRequest): number => {
  const header = request.headers['if-match'];
  if (header === undefined) {
    throw new ProblemError('if_match_missing', 'The header If-Match is missing', {
      fix: 'Send the version that you have read, as its ETag said',
    });
  }
  const match = VERSION_TAG.exec(header);
  const version = match?.[1] ?? match?.[2];
  if (version === undefined) throw invalidRequest([{ pointer: '', detail: 'The header If-Match is not a version' }]);
  return Number(version);
};

/** Tells the version of the row that is answered with. */
export const setVersion = (reply: FastifyReply, version: number): void => {
  reply.header('etag', `"${version}"`);
};
