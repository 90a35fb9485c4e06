import { Agent, type IncomingMessage, request } from 'node:http';

interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, as JSON. */
  readonly body?: string;
}

/** HTTP over connections that are kept open. */
export interface HttpCalls {
  /** Resolves to the answer's text. Rejects on anything but a 2xx: nothing that is measured here may fail. */
  call(call: Call): Promise<string>;
  close(): void;
}

const ANSWER_WITHIN_MS = 15_000;

/** Node's own client: `fetch` takes several times the CPU, on the cores of what is measured. */
export function createHttpCalls(mostConnections: number): HttpCalls {
  const agent = new Agent({ keepAlive: true, maxSockets: mostConnections });
  return {
    call: async ({ method, url, headers = {}, body }) => {
      const { status, text } = await new Promise<Answer>((resolve, reject) => {
        const content = body === undefined ? {} : { 'content-type': 'application/json' };
        const options = { agent, method, headers: { ...content, ...headers }, timeout: ANSWER_WITHIN_MS };
        const sent = request(url, options, (response) => {
          readText(response).then(resolve, reject);
        });
        sent.on('timeout', () => sent.destroy(new Error(`${method} ${url}: no answer in ${ANSWER_WITHIN_MS} ms`)));
        sent.on('error', reject);
        sent.end(body);
      });
      if (status < 200 || status >= 300) throw new Error(`${method} ${url} answered ${status}: ${text}`);
      return text;
    },
    close: () => agent.destroy(),
  };
}

async function readText(response: IncomingMessage): Promise<Answer> {
  response.setEncoding('utf8');
  let text = '';
  for await (const part of response as AsyncIterable<string>) text += part;
  return { status: response.statusCode ?? 0, text };
}
