import type { IncomingMessage } from 'node:http';

/** Reads an answer to its end as text. Rejects, and drops the connection, once it is larger than the given bytes. */
export const readBoundedText = async (response: IncomingMessage, largestBytes: number): Promise<string> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > largestBytes) {
      response.destroy();
      throw new Error('the answer is too large');
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

/** What the text says as JSON; undefined where it is none. */
export const parseJsonOrNothing = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
