import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ReceivedSignal {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The place of our order service in tests: a server on 127.0.0.1 that keeps what it is sent. */
export interface SignalReceiver {
  readonly url: string;
  readonly received: readonly ReceivedSignal[];
  /** Statuses of the next answers, one each; 202 after them. */
  answerWith(...statuses: number[]): void;
  close(): Promise<void>;
}

export const startSignalReceiver = async (): Promise<SignalReceiver> => {
  const received: ReceivedSignal[] = [];
  const planned: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.statusCode = planned.shift() ?? 202;
      response.end(JSON.stringify({ intake: 'accepted' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/signals`,
    received,
    answerWith: (...statuses) => planned.push(...statuses),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
