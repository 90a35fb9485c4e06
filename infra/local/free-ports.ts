import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 elsewhere), so that a
 * process which is restarted finds its port still free; above those of well-known servers.
 */
const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 32_000;
const TRIES = 200;

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port of 127.0.0.1 that nobody listens on and that is not in `taken`; it is added there. */
export async function findFreePort(taken: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port found on 127.0.0.1 between ${LOWEST_PORT} and ${HIGHEST_PORT} in ${TRIES} tries`);
}
