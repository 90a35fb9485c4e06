import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, SentSignal } from './control-api.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { SandboxState } from './sandbox-state.ts';
import { signedHeaders } from './signal-message.ts';

/** The first pause after a failed attempt; it doubles up to the longest one. Short: the stack restarts its parts often. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;
/** Enough of an answer to see what it was. */
const ANSWER_KEPT_CHARACTERS = 2_000;
/** The other side has understood and refuses: a repeat would be refused too. */
const FINAL_STATUSES: readonly number[] = [400, 401];

export interface Envelope {
  readonly secret?: string | undefined;
  readonly timestamp?: string | undefined;
  /** In addition to, or instead of, what would be sent. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SignalDelivery {
  /** Delivers at least once, in the background: goes on until a 2xx, a 400 or a 401, also after a restart. */
  deliver(message: OutgoingMessage, repeat: number): void;
  /** One attempt now; resolves to the answer. Recorded, and not repeated. */
  sendOnce(message: OutgoingMessage, envelope: Envelope): Promise<SentSignal>;
  /** Goes on with what a stop has left over. */
  resume(): void;
  /** Ends every pause and attempt. What is not delivered stays pending. */
  stop(): Promise<void>;
}

export const createSignalDelivery = (state: SandboxState): SignalDelivery => {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const attempt = async (message: OutgoingMessage, envelope: Envelope): Promise<SentSignal> => {
    const at = new Date();
    const connection = state.connection(message.providerId);
    const answer = connection
      ? await post(connection, message, envelope, stopping.signal)
      : { status: null, body: `The provider ${message.providerId} has no connection` };
    const { status, body } = answer;
    if (!stopping.signal.aborted) {
      const delivered = status !== null && status >= 200 && status < 300;
      const known = state.delivery(message.messageId);
      const final = known?.mode === 'once' || (status !== null && FINAL_STATUSES.includes(status));
      const failed = final ? 'given_up' : 'pending';
      state.record({
        kind: 'attempt_made',
        messageId: message.messageId,
        attempt: { at: at.toISOString(), status, answer: body.slice(0, ANSWER_KEPT_CHARACTERS) },
        state: delivered || known?.state === 'delivered' ? 'delivered' : failed,
      });
    }
    return { messageId: message.messageId, sent: message.body, status, body };
  };

  const untilDelivered = async (message: OutgoingMessage, times: number): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    let left = times;
    while (left > 0 && !stopping.signal.aborted) {
      const { status } = await attempt(message, {});
      if (status !== null && ((status >= 200 && status < 300) || FINAL_STATUSES.includes(status))) {
        left -= 1;
        continue;
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };

  const deliver = (message: OutgoingMessage, repeat: number): void => {
    const work = untilDelivered(message, repeat).finally(() => running.delete(work));
    running.add(work);
  };

  return {
    deliver,
    sendOnce: async (message, envelope) => {
      state.record({ kind: 'sent_at_once', message });
      return attempt(message, envelope);
    },
    resume: () => {
      for (const message of state.deliveries()) {
        if (message.state === 'pending' && message.mode === 'until_delivered') deliver(message, 1);
      }
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
};

const post = async (
  connection: Connection,
  message: OutgoingMessage,
  envelope: Envelope,
  stopped: AbortSignal,
): Promise<{ status: number | null; body: string }> => {
  try {
    const at = envelope.timestamp === undefined ? new Date() : new Date(envelope.timestamp);
    const response = await fetch(connection.signalUrl, {
      method: 'POST',
      body: message.body,
      headers: {
        'content-type': 'application/json',
        ...signedHeaders(message, envelope.secret ?? connection.signalSecret, at),
        ...envelope.headers,
      },
      redirect: 'manual',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { status: null, body: `${String(error)}${cause}` };
  }
};
