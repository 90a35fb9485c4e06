import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** What a dependency may answer that decides nothing. */
export const STRANGE_ANSWERS = [401, 404, 422, 429, 500, 'garbage', 'nothing'] as const;
export type StrangeAnswer = (typeof STRANGE_ANSWERS)[number];

const CODES: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  404: 'not_found',
  422: 'invalid_request',
  429: 'rate_limited',
  500: 'internal',
};

/** A server in a dependency's place that gives every request the same answer. */
export const standIn = async (url: string, strange: StrangeAnswer): Promise<{ close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    request.resume();
    answer(response, strange);
  });
  server.listen(Number(new URL(url).port), '127.0.0.1');
  await once(server, 'listening');
  return {
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const answer = (response: ServerResponse, strange: StrangeAnswer): void => {
  if (strange === 'nothing') return;
  if (strange === 'garbage') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('<html>{"');
    return;
  }
  const code = CODES[strange] ?? 'internal';
  const problem = {
    type: `urn:simlane:problem:${code}`,
    title: code,
    status: strange,
    code,
    detail: code,
    instance: '1',
  };
  response
    .writeHead(strange, {
      'content-type': 'application/problem+json',
      ...(strange === 429 ? { 'retry-after': '1' } : {}),
    })
    .end(JSON.stringify(problem));
};
