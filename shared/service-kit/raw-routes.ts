// For the fields that it adds to the schema of a route.
import type {} from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface RawCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Exactly what was sent, for a signature to be checked over. Empty where there was no body. */
  readonly rawBody: Buffer;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Serves a route without a bearer token, whose body is taken as the bytes that were sent, of any content type:
 * provider signals, SNS events, mailed links. The handler itself establishes who is calling. What it throws becomes
 * a problem; what it returns is sent as JSON.
 */
export const serveRaw = (
  app: FastifyInstance,
  route: { method: 'GET' | 'POST'; path: `/${string}`; summary: string; tag: string; bodyLimitBytes?: number },
  handler: (call: RawCall) => Promise<unknown>,
): void => {
  // A context of its own: content-type parsers hold for all routes of one.
  app.register(async (own) => {
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    own.route({
      method: route.method,
      url: route.path,
      schema: { summary: route.summary, tags: [route.tag] },
      ...(route.bodyLimitBytes === undefined ? {} : { bodyLimit: route.bodyLimitBytes }),
      handler: (request, reply) =>
        handler({
          params: request.params as Record<string, string>,
          query: request.query as Record<string, unknown>,
          rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
          request,
          reply,
        }),
    });
  });
};
