import { randomUUID } from 'node:crypto';
import type { ActionAvailability } from '@simlane/contracts/http/actions';
import type { ActionProfile } from '@simlane/contracts/http/fleet';
import { inAccount } from '@simlane/service-kit/postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addLine, putInPlace } from '../fleet.fixture.ts';
import { type Inventory, type Person, startInventory } from '../inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());
beforeEach(() => {
  inventory.catalog.silent = false;
});

const accountId = randomUUID();
const actionsOf = async (path: string, person: Person = { accountId }) => {
  const { body } = await inventory.call<{ items: ActionAvailability[] }>(person, 'GET', `${path}/actions`);
  return body.items;
};
const shown = (actions: readonly ActionAvailability[]) =>
  actions.map(({ action, display, target }) => `${action} ${display}${target.incoming ? ' incoming' : ''}`);

describe('the actions of a line', () => {
  it('are those of the line and of its SIM, each with every condition', async () => {
    const { lineId, simId } = await addLine(inventory.db, accountId);
    const actions = await actionsOf(`/lines/${lineId}`);
    expect(shown(actions)).toEqual([
      'switch_to_esim available',
      'replace_esim not_applicable',
      'generate_esim_qr_code not_applicable',
    ]);
    expect(actions.map(({ target }) => target.id)).toEqual([lineId, lineId, simId]);
    expect(actions.map(({ conditions }) => conditions.length)).toEqual([7, 7, 4]);
  });

  it('of an eSIM are to replace it and to ask for its QR code', async () => {
    const { lineId } = await addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
    expect(shown(await actionsOf(`/lines/${lineId}`))).toEqual([
      'switch_to_esim not_applicable',
      'replace_esim available',
      'generate_esim_qr_code available',
    ]);
  });

  it('without a SIM are not applicable', async () => {
    const { lineId } = await addLine(inventory.db, accountId, { line: { simId: null } });
    expect((await actionsOf(`/lines/${lineId}`)).map(({ display }) => display)).toEqual(
      Array.from({ length: 3 }, () => 'not_applicable'),
    );
  });

  it('during a change are blocked by its order, except for QR codes, of the incoming eSIM too', async () => {
    const { lineId, deviceId } = await addLine(inventory.db, accountId);
    const order = inventory.order(accountId);
    await order.reserve(lineId);
    const { body } = await order.createTemporaryEsim();
    const actions = await actionsOf(`/lines/${lineId}`);
    expect(shown(actions)).toEqual([
      'switch_to_esim blocked',
      'replace_esim not_applicable',
      'generate_esim_qr_code not_applicable',
      'generate_esim_qr_code available incoming',
    ]);
    expect(actions[0]?.conditions.find(({ code }) => code === 'no_change_in_flight')).toMatchObject({
      state: 'not_met',
      blockingOrder: { id: order.id },
    });
    expect(await actionsOf(`/devices/${deviceId}`)).toEqual(actions);
    expect(await actionsOf(`/sims/${body.newSimId}`)).toEqual([actions[3]]);
  });

  it('are unknown, and so not available, while the catalog is silent', async () => {
    const { lineId } = await addLine(inventory.db, accountId, { sim: { kind: 'esim' } });
    inventory.catalog.silent = true;
    const actions = await actionsOf(`/lines/${lineId}`);
    expect(shown(actions).slice(1)).toEqual(['replace_esim blocked', 'generate_esim_qr_code blocked']);
    const unknown = actions.slice(1).map(({ conditions }) => conditions.filter(({ state }) => state === 'unknown'));
    expect(unknown.map((conditions) => conditions.map(({ code }) => code))).toEqual([
      ['esim_in_catalog'],
      ['qr_code_contact'],
    ]);
  });

  it('are blocked for viewers and for operations', async () => {
    const { lineId } = await addLine(inventory.db, accountId);
    const token = await inventory.issuer.userToken({ roles: ['operations'] });
    const asOperations = await inventory.app.public.inject({
      url: `/inventory/v1/lines/${lineId}/actions`,
      headers: { authorization: `Bearer ${token}`, 'simlane-account': accountId },
    });
    const asViewer = await actionsOf(`/lines/${lineId}`, { accountId, roles: ['viewer'] });
    for (const [action] of [asViewer, JSON.parse(asOperations.body).items as ActionAvailability[]]) {
      expect(action?.display).toBe('blocked');
      expect(action?.conditions.find(({ code }) => code === 'role_allows')?.state).toBe('not_met');
    }
  });

  it('come with the device', async () => {
    const { deviceId, lineId } = await addLine(inventory.db, accountId);
    const { body } = await inventory.call<{ actions: ActionAvailability[] }>(
      { accountId },
      'GET',
      `/devices/${deviceId}`,
    );
    expect(body.actions).toEqual(await actionsOf(`/lines/${lineId}`));
  });
});

describe('authorised-actions profiles', () => {
  const administrator = { accountId, roles: ['administrator'], sub: 'administrator-1' } as const;
  const create = (name: string, key: string, person: Person = administrator) =>
    inventory.call<ActionProfile>(person, 'POST', '/action-profiles', { name }, { 'idempotency-key': key });

  it('hold back those who hold them; whoever holds none has the default', async () => {
    const { lineId } = await addLine(inventory.db, accountId);
    await putInPlace(inventory.db, accountId, {
      actionProfiles: [
        {
          id: randomUUID(),
          name: 'Depot',
          enabled: [{ action: 'generate_esim_qr_code', slot: 1 }],
          holders: ['depot-manager'],
        },
      ],
    });
    const held = await actionsOf(`/lines/${lineId}`, { accountId, sub: 'depot-manager' });
    expect(held[0]?.display).toBe('blocked');
    expect(held[0]?.conditions.find(({ code }) => code === 'enabled_in_profile')).toMatchObject({
      state: 'not_met',
      detail: 'Switch to eSIM is not enabled for slot 1 in the profile Depot',
    });
    expect((await actionsOf(`/lines/${lineId}`, { accountId, sub: 'somebody' }))[0]?.display).toBe('available');
  });

  it('made now are a copy of the default one', async () => {
    const own = randomUUID();
    const { status, body } = await create('Managers', randomUUID(), { ...administrator, accountId: own });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Managers', isDefault: false, holders: [], version: 1 });
    expect(body.settings).toHaveLength(9);
    expect(body.settings.every(({ enabled }) => enabled)).toBe(true);
    await inAccount(inventory.db, own, async (tx) => {
      await sql`insert into action_profile (account_id, id, name, is_default) values (${own}, ${own}, 'Default', true)`.execute(
        tx,
      );
      await sql`insert into action_profile_setting values (${own}, ${own}, 'replace_esim', 3, false)`.execute(tx);
    });
    const later = await create('Others', randomUUID(), { ...administrator, accountId: own });
    expect(later.body.settings.filter(({ enabled }) => !enabled)).toEqual([
      { action: 'replace_esim', slot: 3, enabled: false },
    ]);
  });

  it('are made once under one key, also when asked at the same time; another body under it is refused', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => create('Once', key)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await create('Once', `"${key}"`)).body.id).toBe(answers[0]?.body.id);
    const other = await create('Twice', key);
    expect([other.status, other.problem.code]).toEqual([422, 'idempotency_key_reused']);
    const another = await create('Twice', key, { ...administrator, sub: 'administrator-2' });
    expect(another.status).toBe(201);
    const without = await inventory.call(administrator, 'POST', '/action-profiles', { name: 'None' });
    expect([without.status, without.problem.code]).toEqual([400, 'idempotency_key_missing']);
  });

  it('are made by administrators only', async () => {
    expect((await create('Mine', randomUUID(), { accountId })).problem.code).toBe('forbidden');
  });

  it('are listed with the default first, over pages', async () => {
    const own = { ...administrator, accountId: randomUUID() };
    for (const name of ['A', 'B', 'C']) await create(name, randomUUID(), own);
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const path: string = `/action-profiles?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body } = await inventory.call<{ items: ActionProfile[]; nextCursor: string | null }>(own, 'GET', path);
      names.push(...body.items.map(({ name }) => name));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(names).toEqual(['Default', 'A', 'B', 'C']);
  });
});
