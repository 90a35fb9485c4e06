import {
  QR_CODE_NOTIFICATION_WORKFLOW,
  QR_CODE_REQUEST_WORKFLOW,
  qrCodeNotificationWorkflowId,
  qrCodeRequestWorkflowId,
} from '@simlane/contracts/qr-code-request';
import { SIM_REPLACEMENT_WORKFLOW, simReplacementWorkflowId } from '@simlane/contracts/sim-replacement';
import { Client as TemporalClient, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { Client } from 'pg';
import { readMails } from '../demo/mailbox.ts';
import type { ServiceName } from '../local/secrets.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { readObjects } from './bucket.ts';
import { factsByOrder, hasWork, NO_FACTS } from './order-work.ts';
import { isOwnWork, owedSince } from './qr-requests.ts';
import { readServices } from './read-services.ts';
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
  const [orders, serviceChanges, inventory, catalog] = await Promise.all([
    sandbox.orders(),
    sandbox.serviceChanges(),
    readDatabase(stack, 'inventory', readInventory),
    readDatabase(stack, 'catalog', readCatalog),
  ]);
  const [objects, notification] = await Promise.all([
    readObjects(stack.s3),
    readDatabase(stack, 'notification', readNotification),
  ]);
  const withWork = [...ordersWithWork(order), ...qrWorkIn(inventory, readAt)];
  const [mails, running] = await Promise.all([readMails(stack.ses.mailboxUrl), readRunning(stack, withWork)]);
  const provider = { deliveries, orders, serviceChanges };
  return { readAt, order, inventory, notification, catalog, provider, objects, mails, running };
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
    body_hash as "bodyHash", intake, order_id as "orderId", fact_id as "factId", change_id as "changeId",
    replay_of as "replayOf" from provider_signal`),
  serviceCalls: await select(`select account_id as "accountId", id, provider_id as "providerId",
    change_id as "changeId", sim_id as "simId", version > taken_version as untaken,
    version = taken_version and jsonb_array_length(answers) >=
      (select count(*) from jsonb_object_keys(options)) + (rate_plan is not null)::int as "isSettled"
    from service_call`),
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
    subject_id as "subjectId", order_id as "orderId", event,
    coalesce(data ->> 'notificationId', data ->> 'qrCodeId', data ->> 'requestId', data ->> 'proposalId') as about
    from timeline order by recorded_at, id`),
  files: await select(`select account_id as "accountId", id, object_key as "objectKey", state,
    object_sha256 as "objectSha256" from stored_file`),
  qrCodes: await select(`select account_id as "accountId", id, sim_id as "simId", state, file_id as "fileId",
    request_id as "requestId", state = 'waiting' or exists (select from timeline t where t.account_id = c.account_id
      and t.subject_id = c.sim_id and t.event = 'qr_code_waiting' and t.data ->> 'qrCodeId' = c.id::text) as waited,
    coalesce(decided_at, imported_at) as "becameAt", decided_at as "decidedAt", ended_at as "endedAt",
    refusal_mailed as "refusalMailed" from qr_code c`),
  qrRequests: await select(`select account_id as "accountId", id, sim_id as "simId", order_id as "orderId", state,
    end_reason as "endReason", ended_at as "endedAt", sendings, mailed_sending as "mailedSending",
    sent_at as "sentAt", reminders, created_at as "createdAt", expires_at as "expiresAt" from qr_request`),
  qrContacts: await select(`select account_id as "accountId", request_id as "requestId", returned_at as "returnedAt",
    return_told as "returnTold" from qr_request_contact`),
  qrLinks: await select(`select account_id as "accountId", id, request_id as "requestId", qr_code_id as "qrCodeId"
    from qr_link`),
  qrNotifications: await select(`select account_id as "accountId", id, qr_code_id as "qrCodeId",
    request_id as "requestId", link_id as "linkId", created_at as "createdAt", sent_at as "sentAt"
    from qr_notification`),
  serviceRollouts: await select(`select account_id as "accountId", id from service_rollout`),
  ...(await readServices(select)),
  due: await readDue(select, 'inventory'),
});

const readNotification = async (select: Select): Promise<NotificationSnapshot> => ({
  readAt: new Date(),
  messages: await select(`select account_id as "accountId", id, object_type as "objectType", object_id as "objectId"
    from message`),
  recipients: await select(`select r.account_id as "accountId", r.id, r.message_id as "messageId", r.email, r.state,
    r.hand_overs as "handOvers", r.sent_at as "sentAt", r.provider_message_id as "providerMessageId",
    case m.object_type when 'order' then m.object_id end as "orderId", m.content ->> 'orderNumber' as "orderNumber"
    from message_recipient r join message m on m.account_id = r.account_id and m.id = r.message_id`),
  due: await readDue(select, 'notification'),
});

const readCatalog = async (select: Select): Promise<CatalogSnapshot> => ({
  providers: await select(`select account_id as "accountId", id from provider`),
  articles: await select(`select account_id as "accountId", id from article`),
});

const ordersWithWork = ({ orders, facts }: OrderSnapshot): string[] => {
  const own = factsByOrder(facts);
  return orders
    .filter((order) => hasWork(order, own.get(order.id) ?? NO_FACTS))
    .map(({ id }) => simReplacementWorkflowId(id));
};

const qrWorkIn = (inventory: InventorySnapshot, now: Date): string[] => [
  ...inventory.qrRequests
    .filter((request) => owedSince(request, inventory, now) !== null)
    .map(({ id }) => qrCodeRequestWorkflowId(id)),
  ...inventory.qrNotifications.filter(isOwnWork).map(({ id }) => qrCodeNotificationWorkflowId(id)),
];

const WORKFLOWS = [SIM_REPLACEMENT_WORKFLOW, QR_CODE_REQUEST_WORKFLOW, QR_CODE_NOTIFICATION_WORKFLOW];

/** The list of running workflows is a moment behind; of those that have work to do, the missing are asked for by their id. */
const readRunning = async (stack: StackInfo, withWork: readonly string[]): Promise<Set<string>> => {
  const { address, namespace } = stack.temporal;
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_WITHIN_MS });
  try {
    const { workflow } = new TemporalClient({ connection, namespace });
    const running = new Set<string>();
    const query = `WorkflowType in (${WORKFLOWS.map((type) => `'${type}'`).join()}) and ExecutionStatus = 'Running'`;
    for await (const { workflowId } of workflow.list({ query })) running.add(workflowId);
    for (const workflowId of withWork) {
      if (running.has(workflowId)) continue;
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
