import { randomUUID } from 'node:crypto';
import type { Line } from '@simlane/contracts/http/fleet';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { type Order, orderRoutes } from '@simlane/contracts/http/order';
import type { PublicRoute } from '@simlane/contracts/http/route';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl, type SandboxControl } from '../provider-sandbox/control-client.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { findStories } from '../seed/stories.ts';
import { inTurn, signCallers } from '../local/callers.ts';
import { createHttpCalls } from './http-calls.ts';
import { mapInFlight } from './in-flight.ts';
import { type OrderWatch, watchOrders } from './order-watch.ts';

/** More than are ever in flight. */
const MOST_CONNECTIONS = 64;
/** Drafts are made beforehand and not measured; a few at a time is quickest on two cores. */
const DRAFTS_AT_ONCE = 8;

/** What is on stage: the lines that are switched again and again, who asks for it, and how it is seen. */
export interface BenchStage {
  readonly accountId: string;
  readonly lineIds: readonly string[];
  readonly tokens: readonly string[];
  readonly sandbox: SandboxControl;
  readonly watch: OrderWatch;
  /** A draft for the line's own kind of change (a switch once, replacements from then on), filled in and ready to confirm. */
  prepareDraft(lineId: string): Promise<Order>;
  prepareDrafts(lineIds: readonly string[]): Promise<Order[]>;
  /** Resolves when the confirmation is answered. */
  confirm(orderId: string): Promise<void>;
  readLine(lineId: string): Promise<Line>;
  close(): Promise<void>;
}

export async function setStage(info: StackInfo): Promise<BenchStage> {
  const [account] = exampleAccounts();
  const tokens = await signCallers(info, account.id);
  const nextToken = inTurn(tokens);
  const http = createHttpCalls(MOST_CONNECTIONS);
  const { adminUrl } = info.postgres;
  const watch = await watchOrders(adminUrl.replace(/\/postgres$/, '/simlane_order'));

  const ask = async <T>(route: PublicRoute, id: string, body?: object): Promise<T> => {
    const service = route.path.startsWith('/orders/') ? info.services.order : info.services.inventory;
    const text = await http.call({
      method: route.method as 'GET' | 'POST' | 'PATCH',
      url: `${service.url}${route.path.replace(':id', id)}`,
      headers: { authorization: `Bearer ${nextToken()}`, 'idempotency-key': randomUUID() },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return JSON.parse(text) as T;
  };

  const readLine = (lineId: string) => ask<Line>(inventoryRoutes.getLine, lineId);

  const prepareDraft = async (lineId: string): Promise<Order> => {
    const { sim } = await readLine(lineId);
    const action = sim?.kind === 'physical' ? 'switch_to_esim' : 'replace_esim';
    const draft = await ask<Order>(orderRoutes.createDraft, '', { action, lineId });
    const [article] = draft.compatibleArticles;
    if (!article) throw new Error(`There is no eSIM for the line ${lineId}`);
    return ask<Order>(orderRoutes.editDraft, draft.id, {
      article: { packId: article.packId, articleId: article.id, quantity: 1 },
      deliveryContact: { name: 'Bench', email: 'bench@calder-rail.example' },
      reference: 'Bench',
      reason: 'convenience',
    });
  };

  return {
    accountId: account.id,
    lineIds: findStories(account).switchableLines,
    tokens,
    sandbox: createSandboxControl({ url: info.sandbox.url, token: info.sandbox.controlToken }),
    watch,
    prepareDraft,
    prepareDrafts: (lineIds) => mapInFlight(DRAFTS_AT_ONCE, lineIds, prepareDraft),
    confirm: async (orderId) => {
      await ask(orderRoutes.confirm, orderId, { acceptWarnings: [] });
    },
    readLine,
    close: async () => {
      http.close();
      await watch.close();
    },
  };
}
