/** Thousands of SIMs with services, made of one whose provider has confirmed its own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceChange, simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { MOST_SERVICE_CHANGES_PER_MINUTE } from '@simlane/contracts/rate-plan';
import { Client } from 'pg';
import { inTurn, signCallers } from '../local/callers.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { nowMs } from './clock.ts';
import { createHttpCalls, type HttpCalls } from './http-calls.ts';

const MOST_CONNECTIONS = 16;
const LOOK_EVERY_MS = 3;
const ENDED_WITHIN_MS = 60_000;

export interface ServiceFleet {
  readonly accountId: string;
  readonly inventory: Client;
  readonly http: HttpCalls;
  /** Of the fleet's provider, by name. */
  readonly profileIds: Readonly<Record<string, string>>;
  nextToken(): string;
  /** So many more SIMs on the profile Office, as their provider has confirmed it. */
  addSims(count: number): Promise<string[]>;
  /** So many more, of which the plan of the profile Travellers is scheduled; when it is due. */
  addScheduledSims(count: number): Promise<Date>;
  /** Changes an option of a SIM that nothing else changes; resolves to how long it took until it was in force. */
  changeOneSim(): Promise<number>;
  close(): Promise<void>;
}

export const createServiceFleet = async (info: StackInfo): Promise<ServiceFleet> => {
  const [{ id: accountId }] = exampleAccounts();
  const databaseOf = async (service: string): Promise<Client> => {
    const client = new Client({
      connectionString: info.postgres.adminUrl.replace(/\/postgres$/, `/simlane_${service}`),
    });
    await client.connect();
    return client;
  };
  const [inventory, catalog] = [await databaseOf('inventory'), await databaseOf('catalog')];
  const { rows: providers } = await catalog.query<{ id: string }>(
    `update provider set service_changes_per_minute = $2
      where account_id = $1 and plan_change = 'we_schedule' and archived_at is null returning id`,
    [accountId, MOST_SERVICE_CHANGES_PER_MINUTE],
  );
  const providerId = providers[0]?.id;
  const { rows: profiles } = await catalog.query<{ id: string; name: string }>(
    'select id, name from service_profile where account_id = $1 and provider_id = $2',
    [accountId, providerId],
  );
  await catalog.end();
  const profileIds = Object.fromEntries(profiles.map(({ id, name }) => [name, id]));
  const { rows: sims } = await inventory.query<{ id: string }>(
    `select id from sim where account_id = $1 and provider_id = $2 and state = 'active' and iccid is not null
      and change_order_id is null order by id limit 2`,
    [accountId, providerId],
  );
  const [template, single] = sims.map(({ id }) => id);
  if (template === undefined || single === undefined) throw new Error('there are no SIMs to change');

  const http = createHttpCalls(MOST_CONNECTIONS);
  const nextToken = inTurn(await signCallers(info, accountId));
  const change = async (body: object): Promise<ServiceChange> => {
    const text = await http.call({
      method: 'POST',
      url: `${info.services.inventory.url}${simServiceRoutes.createServiceChange.path}`,
      headers: { authorization: `Bearer ${nextToken()}`, 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    });
    return JSON.parse(text) as ServiceChange;
  };
  const reached = async ({ id }: ServiceChange, state: ServiceChange['state']): Promise<void> => {
    const giveUpAt = nowMs() + ENDED_WITHIN_MS;
    for (;;) {
      const { rows } = await inventory.query<{ state: string }>('select state from service_change where id = $1', [id]);
      if (rows[0]?.state === state) return;
      if (nowMs() > giveUpAt) throw new Error(`a service change is ${rows[0]?.state} and not ${state}`);
      await sleep(LOOK_EVERY_MS);
    }
  };
  const migrate = async (simId: string, profile: string, state: ServiceChange['state']): Promise<void> =>
    reached(await change({ kind: 'migrate', simId, serviceProfileId: profileIds[profile] }), state);
  await migrate(template, 'Office', 'done');
  await migrate(single, 'Office', 'done');

  let made = 0;
  const copyTemplate = async (count: number): Promise<string[]> => {
    await inventory.query('begin');
    const from = made + 1;
    made += count;
    await inventory.query(
      `create temporary table made on commit drop as
        select uuidv7() as id, uuidv7() as change_id, n from generate_series(${from}::int, ${made}::int) n`,
    );
    await inventory.query(
      `insert into sim (account_id, id, kind, state, provider_id, iccid)
        select $1, id, 'physical', 'active', $2, '8999' || lpad(n::text, 15, '0') from made`,
      [accountId, providerId],
    );
    await inventory.query(
      `insert into sim_services (account_id, sim_id, services)
        select $1, made.id, case when services -> 'scheduled' = 'null' then services
          else jsonb_set(services, '{scheduled,changeId}', to_jsonb(change_id)) end
        from made, sim_services where sim_services.sim_id = $2`,
      [accountId, template],
    );
    await inventory.query(
      `insert into service_change (account_id, id, sim_id, kind, state, requested_by, wants, changes, created_at,
          idempotency_caller, idempotency_key, body_hash)
        select account_id, made.change_id, made.id, kind, state, requested_by, wants, changes, created_at,
          idempotency_caller, made.id::text, body_hash
        from made, service_change where service_change.sim_id = $1 and state = 'scheduled'`,
      [template],
    );
    const { rows } = await inventory.query<{ id: string }>('select id from made order by id');
    await inventory.query('commit');
    await inventory.query('analyze sim; analyze sim_services; analyze service_change');
    return rows.map(({ id }) => id);
  };

  let isOn = false;
  return {
    accountId,
    inventory,
    http,
    profileIds,
    nextToken,
    addSims: copyTemplate,
    addScheduledSims: async (count) => {
      await migrate(template, 'Travellers', 'scheduled');
      await copyTemplate(count);
      const { rows } = await inventory.query<{ at: Date }>(
        'select scheduled_at as at from sim_services where sim_id = $1',
        [template],
      );
      if (rows[0] === undefined) throw new Error('the SIM that was migrated has services');
      return rows[0].at;
    },
    changeOneSim: async () => {
      isOn = !isOn;
      const began = nowMs();
      const options = { voicemail: isOn ? 'off' : 'on' };
      const made = await change({ kind: 'deviate', simId: single, options, reason: 'Bench', deviationKind: 'test' });
      await reached(made, 'done');
      return nowMs() - began;
    },
    close: async () => {
      http.close();
      await inventory.end();
    },
  };
};
