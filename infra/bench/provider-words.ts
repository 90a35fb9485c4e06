import type { Order } from '@simlane/contracts/http/order';
import type { StackInfo } from '../local/stack-info.ts';
import { iccidOfOrder } from '../provider-sandbox/provider-iccid.ts';
import { newMessageId, signedHeaders } from '../provider-sandbox/signal-message.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { providerConnections } from '../seed/provider-connections.ts';
import { createHttpCalls } from './http-calls.ts';

/** The provider's signals, sent from here instead of by the sandbox, so that sending and answer can be timed. */
export interface ProviderWords {
  /** Resolves at the 202. */
  say(order: Order, word: 'order.acknowledged' | 'order.processed'): Promise<void>;
  close(): void;
}

export function createProviderWords(info: StackInfo): ProviderWords {
  const ends = {
    sandboxUrl: info.sandbox.url,
    orderPublicUrl: info.services.order.url,
    sandboxControlToken: info.sandbox.controlToken,
  };
  const connections = new Map(providerConnections(exampleAccounts(), ends).map((one) => [one.id, one]));
  const http = createHttpCalls(1);
  return {
    say: async (order, word) => {
      const connection = connections.get(order.providerId);
      if (!connection) throw new Error(`The provider ${order.providerId} has no connection`);
      const at = new Date();
      const iccid = iccidOfOrder({ ...order, orderId: order.id });
      const body = JSON.stringify({
        type: word,
        orderId: order.id,
        providerReference: order.providerReference,
        occurredAt: at.toISOString(),
        data: word === 'order.processed' ? { iccid } : {},
      });
      const headers = signedHeaders({ messageId: newMessageId(), body }, connection.signalSecret, at);
      await http.call({ method: 'POST', url: connection.signalUrl, headers, body });
    },
    close: () => http.close(),
  };
}
