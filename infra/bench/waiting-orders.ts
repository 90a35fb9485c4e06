/** Thousands of orders that wait for their provider, made of one that does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TASK_QUEUE } from '@simlane/contracts/sim-replacement';
import type { Client as TemporalClient } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Client } from 'pg';
import type { BenchStage } from './bench-stage.ts';

const { DescribeTaskQueueMode, TaskQueueType } = proto.temporal.api.enums.v1;

const LOOK_EVERY_MS = 1_000;
/** 10,000 workflows started one after the other on two cores. */
const WAITING_WITHIN_MS = 20 * 60_000;

export interface WaitingOrders {
  /** Resolves when so many more orders wait, each with its workflow, and nothing is left to do for any of them. */
  add(count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Copies an order that its provider has accepted, with its facts, and makes the copies due: the due loop then starts
 * their workflows itself. The copies share line and SIM with the order that they are made of, of which nobody will speak.
 */
export async function createWaitingOrders(
  databaseUrl: string,
  stage: BenchStage,
  temporal: TemporalClient,
): Promise<WaitingOrders> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  const [lineId] = stage.lineIds.toReversed();
  if (lineId === undefined) throw new Error('There is no line to order for');
  const template = await stage.prepareDraft(lineId);
  await stage.confirm(template.id);
  await stage.watch.until(template.id, 'submitted');
  const copied = await columnsOf(database, 'order', ['id', 'order_number', 'idempotency_key']);
  const copiedOfFacts = await columnsOf(database, 'fact', ['id', 'order_id']);

  const copy = async (count: number): Promise<void> => {
    await database.query('begin');
    await database.query(
      `create temporary table made on commit drop as
        select uuidv7() as id, nextval('order_number') as number from generate_series(1, ${count})`,
    );
    await database.query(
      `insert into "order" (id, order_number, idempotency_key, ${copied})
        select made.id, 'ORD-COPY-' || made.number, made.id::text, ${copied}
        from made, "order" where "order".id = $1`,
      [template.id],
    );
    await database.query(
      `insert into fact (order_id, ${copiedOfFacts})
        select made.id, ${copiedOfFacts.replace(/"number"/, 'fact."number"')} from made, fact where order_id = $1`,
      [template.id],
    );
    await database.query(`insert into due (kind, id, account_id, due_at) select 'order', id, $1, now() from made`, [
      stage.accountId,
    ]);
    await database.query('commit');
  };

  const owed = async (): Promise<number> => {
    const { rows } = await database.query<{ owed: string }>(
      `select count(*) as owed from due where due_at < now() + interval '1 hour'`,
    );
    return Number(rows[0]?.owed);
  };
  const running = async (): Promise<number> =>
    (await temporal.workflow.count(`WorkflowType = 'simReplacement' and ExecutionStatus = 'Running'`)).count;

  /** What the worker has not come to yet: a new order would stand behind it. */
  const backlog = async (): Promise<number> => {
    const { namespace } = temporal.options;
    const { versionsInfo } = await temporal.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: TASK_QUEUE },
      apiMode: DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED,
      taskQueueTypes: [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY],
      reportStats: true,
    });
    return Object.values(versionsInfo ?? {})
      .flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}))
      .reduce((sum, { stats }) => sum + Number(stats?.approximateBacklogCount ?? 0), 0);
  };

  let wanted = await running();
  return {
    add: async (count) => {
      await copy(count);
      wanted += count;
      const giveUpAt = Date.now() + WAITING_WITHIN_MS;
      while ((await owed()) > 0 || (await running()) < wanted || (await backlog()) > 0) {
        if (Date.now() > giveUpAt) throw new Error(`${wanted} orders did not come to wait within 20 minutes`);
        await sleep(LOOK_EVERY_MS);
      }
    },
    close: () => database.end(),
  };
}

/** Names of the columns that can be written, but for some. */
async function columnsOf(database: Client, table: string, except: readonly string[]): Promise<string> {
  const { rows } = await database.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
      where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' and column_name <> all ($2)
      order by ordinal_position`,
    [table, except],
  );
  return rows.map(({ name }) => (name.startsWith('"') ? name : `"${name}"`)).join(', ');
}
