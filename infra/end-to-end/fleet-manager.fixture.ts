/** A manager at work on the whole stack: places orders on fresh lines and looks at what became of them. */
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { type Message, notificationRoutes } from '@simlane/contracts/http/notification';
import { type Fact, type Order, orderRoutes } from '@simlane/contracts/http/order';
import type { OrderStatus } from '@simlane/contracts/order';
import { inject, vi } from 'vitest';
import { completeDraft } from '../demo/complete-draft.ts';
import { findLine } from '../demo/find-line.ts';
import { createPublicApi, publicUrls } from '../demo/public-api.ts';
import { mailsTo } from '../demo/mailbox.ts';
import { signInAs } from '../local/sign-in.ts';
import { createSandboxControl, type SandboxControl } from '../provider-sandbox/control-client.ts';

/** A worker that was killed is back after some seconds, and a step that it had begun is begun again after 6 s. */
const SETTLED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

export const serviceUrls = () => publicUrls(inject('stack'));

export const startManager = async (userId = 'manager') => {
  const stack = inject('stack');
  const api = createPublicApi(serviceUrls(), await signInAs(stack, userId));
  const sandbox = createSandboxControl({ url: stack.sandbox.url, token: stack.sandbox.controlToken });
  const email = stack.demoUsers.find(({ id }) => id === userId)?.email ?? '';

  const order = (id: string): Promise<Order> => api.call(orderRoutes.getOrder, { params: { id } });

  const getLine = (id: string): Promise<Line> => api.call(inventoryRoutes.getLine, { params: { id } });
  const getSim = (id: string): Promise<Sim> => api.call(inventoryRoutes.getSim, { params: { id } });

  const facts = async (id: string): Promise<Fact[]> =>
    (await api.call(orderRoutes.getTimeline, { params: { id }, query: {} })).items;
  const messages = async (id: string): Promise<Message['kind'][]> => {
    const { items } = await api.call(notificationRoutes.listMessages, { query: { objectId: id } });
    return items.map(({ kind }) => kind).toReversed();
  };

  const confirmedSwitch = async ({ lineId, rules }: SwitchOptions = {}): Promise<Switch> => {
    const line = lineId === undefined ? (await findLine(api, 'switch_to_esim', undefined)).line : await getLine(lineId);
    if (line.sim === null) throw new Error(`line ${line.id} has no SIM`);
    const sim = await getSim(line.sim.id);
    const draft = await completeDraft(api, line.id, 'switch_to_esim');
    if (rules !== undefined) await sandbox.putOrderRules(draft.id, rules);
    const confirmed = await api.call(orderRoutes.confirm, { params: { id: draft.id }, body: {} });
    return { order: confirmed, line, sim };
  };

  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    await vi.waitUntil(holds, { timeout: SETTLED_WITHIN_MS, interval: LOOK_EVERY_MS });
  };

  const submitted = (id: string): Promise<void> => until(async () => (await order(id)).submittedAt !== null);

  return {
    api,
    sandbox,
    order,

    /** Resolves when it holds. */
    until,

    /** A confirmed switch of a line that nothing has happened to, this one or any; being submitted. */
    confirmedSwitch,
    /** Resolves when the provider has the order. */
    submitted,

    /** A confirmed switch that the provider has. */
    submittedSwitch: async (options?: SwitchOptions): Promise<Switch> => {
      const made = await confirmedSwitch(options);
      await submitted(made.order.id);
      return made;
    },

    /** Resolves when the order has the status. */
    reaches: (id: string, status: OrderStatus): Promise<void> => until(async () => (await order(id)).status === status),

    facts,

    /** What the manager was told about the order, the first first. */
    messages,

    /** Whatever an attack could have changed about an order. */
    everythingAbout: async (made: Switch) => ({
      order: await order(made.order.id),
      facts: await facts(made.order.id),
      line: await getLine(made.line.id),
      sim: await getSim(made.sim.id),
      requests: await sandbox.requests(made.order.id),
      messages: await messages(made.order.id),
    }),

    line: getLine,
    sim: getSim,

    /** Resolves when the mail about the end of the order is in the mailbox; to the number of mails about it. */
    mailsAbout: async (orderNumber: string): Promise<number> => {
      const look = async () => (await mailsTo(stack.ses.mailboxUrl, email, orderNumber)).length;
      await until(async () => (await look()) > 0);
      return look();
    },
  };
};

interface SwitchOptions {
  readonly lineId?: string;
  /** How the provider treats this order. */
  readonly rules?: Parameters<SandboxControl['putOrderRules']>[1];
}

export interface Switch {
  readonly order: Order;
  readonly line: Line;
  readonly sim: Sim;
}

export type Manager = Awaited<ReturnType<typeof startManager>>;
