import { simReplacementWorkflowId, SIM_REPLACEMENT_WORKFLOW } from '@simlane/contracts/sim-replacement';
import { Client as TemporalClient, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { Client } from 'pg';
import { readMails } from '../demo/mailbox.ts';
import type { ServiceName } from '../local/secrets.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { factsByOrder, hasWork, NO_FACTS } from './order-work.ts';
import type {
  CatalogSnapshot,
  DueRow,
  InventorySnapshot,
  NotificationSnapshot,
  OrderSnapshot,
  Snapshot,
} from './snapshot.ts';

/** For one statement over a whole table; a server that does not answer is found out sooner. */
const STATEMENT_WITHIN_MS = 20_000;
const CONNECT_WITHIN_MS = 3_000;

/** Reads everything, in the order that {@link Snapshot} tells. Rejects when a part does not answer. */
export const loadSnapshot = async (stack: StackInfo): Promise<Snapshot> => {
  const sandbox = createSandboxControl({ url: stack.sandbox.url, token: stack.sandbox.controlToken });
  const deliveries = await sandbox.deliveries();
  const readAt = new Date();
  const order = await readDatabase(stack, 'order', readOrders);
  const [orders, inventory, notification, catalog] = await Promise.all([
    sandbox.orders(),
    readDatabase(stack, 'inventory', readInventory),
    readDatabase(stack, 'notification', readNotification),
    readDatabase(stack, 'catalog', readCatalog),
  ]);
  const [mails, running] = await Promise.all([readMails(stack.ses.mailboxUrl), readRunning(stack, order)]);
  return { readAt, order, inventory, notification, catalog, provider: { deliveries, orders }, mails, running };
};

type Select = <T>(text: string) => Promise<T[]>;

/** As the superuser, whom row-level security does not bind, and as of one moment. */
const readDatabase = async <T>(
  stack: StackInfo,
  service: ServiceName,
  read: (select: Select) => Promise<T>,
): Promise<T> => {
  const client = new Client({
    connectionString: stack.postgres.adminUrl.replace(/\/postgres$/, `/simlane_${service}`),
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: STATEMENT_WITHIN_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('begin isolation level repeatable read, read only');
    return await read(async (text) => (await client.query(text)).rows as never);
  } finally {
    await client.end().catch(() => {});
  }
};

const readDue = (select: Select, service: ServiceName): Promise<DueRow[]> =>
  select<DueRow>(`select '${service}' as service, kind, id, account_id as "accountId", due_at as "dueAt", tries,
    last_error as "lastError" from due`);

const readOrders = async (select: Select): Promise<OrderSnapshot> => ({
  orders: await select(`select account_id as "accountId", id, order_number as "orderNumber", status, attempt,
    line_id as "lineId", old_sim_id as "oldSimId", new_sim_id as "newSimId", provider_id as "providerId",
    article ->> 'id' as "articleId", submitted_at as "submittedAt", manager_told_at as "managerToldAt",
    adopted_from_order as "adoptedFrom" from "order"`),
  facts:
    await select(`select account_id as "accountId", id, order_id as "orderId", number, kind, source, cause_id as "causeId",
    disposition, fills_in as "fillsIn", recorded_at as "recordedAt", carried_out_at as "carriedOutAt",
    data ? 'iccid' or data ? 'eid' or activation_code_fingerprint is not null as identifies from fact`),
  signals: await select(`select account_id as "accountId", id, provider_id as "providerId", message_id as "messageId",
    body_hash as "bodyHash", intake, order_id as "orderId", fact_id as "factId", replay_of as "replayOf"
    from provider_signal`),
  connections: await select(`select account_id as "accountId", provider_id as "providerId" from provider_connection`),
  due: await readDue(select, 'order'),
});

const readInventory = async (select: Select): Promise<InventorySnapshot> => ({
  lines: await select(`select account_id as "accountId", id, sim_id as "simId", provider_id as "providerId",
    change_order_id as "changeOrderId" from line`),
  sims: await select(`select s.account_id as "accountId", s.id, s.state, s.provider_id as "providerId",
    s.employee_id as "employeeId", s.change_order_id as "changeOrderId",
    (select count(*)::int from sim_group g where g.account_id = s.account_id and g.sim_id = s.id) as groups from sim s`),
  replacements: await select(`select account_id as "accountId", order_id as "orderId", state, line_id as "lineId",
    old_sim_id as "oldSimId", new_sim_id as "newSimId", started_at as "startedAt" from sim_replacement`),
  timeline: await select(`select account_id as "accountId", id, subject_type as "subjectType",
    subject_id as "subjectId", order_id as "orderId", event from timeline order by recorded_at, id`),
});

const readNotification = async (select: Select): Promise<NotificationSnapshot> => ({
  readAt: new Date(),
  messages: await select(`select account_id as "accountId", id, object_id as "orderId" from message`),
  recipients: await select(`select r.account_id as "accountId", r.id, r.message_id as "messageId", r.email, r.state,
    r.hand_overs as "handOvers", r.sent_at as "sentAt", r.provider_message_id as "providerMessageId",
    m.object_id as "orderId", m.content ->> 'orderNumber' as "orderNumber"
    from message_recipient r join message m on m.account_id = r.account_id and m.id = r.message_id`),
  due: await readDue(select, 'notification'),
});

const readCatalog = async (select: Select): Promise<CatalogSnapshot> => ({
  providers: await select(`select account_id as "accountId", id from provider`),
  articles: await select(`select account_id as "accountId", id from article`),
});

/** The list of running workflows is a moment behind; those that are missed in it are asked for by their id. */
const readRunning = async (stack: StackInfo, { orders, facts }: OrderSnapshot): Promise<Set<string>> => {
  const { address, namespace } = stack.temporal;
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_WITHIN_MS });
  try {
    const { workflow } = new TemporalClient({ connection, namespace });
    const running = new Set<string>();
    const query = `WorkflowType = '${SIM_REPLACEMENT_WORKFLOW}' and ExecutionStatus = 'Running'`;
    for await (const { workflowId } of workflow.list({ query })) running.add(workflowId);
    const own = factsByOrder(facts);
    for (const order of orders) {
      const workflowId = simReplacementWorkflowId(order.id);
      if (running.has(workflowId) || !hasWork(order, own.get(order.id) ?? NO_FACTS)) continue;
      const found = await workflow
        .getHandle(workflowId)
        .describe()
        .catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        });
      if (found?.status.name === 'RUNNING') running.add(workflowId);
    }
    return running;
  } finally {
    await connection.close();
  }
};
