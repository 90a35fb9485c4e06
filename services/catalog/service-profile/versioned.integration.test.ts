import { randomUUID } from 'node:crypto';
import { encodeCursor } from '@simlane/service-kit/pages';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestCatalog, type TestCatalog } from '../catalog.fixture.ts';
import { bodyFor, seededId, startAccount, THINGS, type TestAccount } from './service-profile.fixture.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startTestCatalog();
});
afterAll(() => catalog?.stop());

let account: TestAccount;
beforeEach(async () => {
  account = await startAccount(catalog);
});

describe.each(THINGS)('%s', (things) => {
  const url = `/catalog/v1/${things}`;
  const make = (more: { key?: string; sub?: string; body?: unknown } = {}) => {
    const { body = bodyFor(account, things), ...who } = more;
    return account.post(things, body, who);
  };

  it('are made by an administrator, in their first version, and shown to every role', async () => {
    const body = bodyFor(account, things);
    const { status, body: made, etag } = await make({ body, sub: 'ada' });
    expect({ status, etag, made }).toMatchObject({ status: 201, etag: '"1"', made: { ...body, version: 1 } });
    for (const role of ['viewer', 'manager', 'administrator']) {
      expect(await catalog.get(account.id, `${url}/${made.id}`, [role])).toEqual({ status: 200, body: made });
    }
    expect(await account.versions(things, made.id)).toEqual([
      expect.objectContaining({ version: 1, createdBy: 'ada', name: body.name, archivedAt: null }),
    ]);
  });

  it('are neither made nor changed by a viewer or a manager, whatever they send', async () => {
    const id = seededId(account, things);
    for (const roles of [['viewer'], ['manager']]) {
      for (const [method, path] of [
        ['POST', url],
        ['PATCH', `${url}/${id}`],
        ['POST', `${url}/${id}/archival`],
      ] as const) {
        const answer = await catalog.send(account.id, {
          method,
          url: path,
          roles,
          body: { nonsense: true },
          ifMatch: 1,
        });
        expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
    }
    expect((await account.read(things, id)).version).toBe(1);
  });

  it('of another account are not there: to read, to edit, to archive, to be looked for', async () => {
    const other = await startAccount(catalog);
    for (const id of [seededId(other, things), randomUUID()]) {
      const at = `${url}/${id}`;
      const answers = [
        await catalog.get(account.id, at),
        await catalog.get(account.id, `${at}/versions`),
        await catalog.send(account.id, { method: 'PATCH', url: at, body: { name: 'Mine' }, ifMatch: 1 }),
        await catalog.send(account.id, { method: 'POST', url: `${at}/archival` }),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    const list = await catalog.get(account.id, `${url}?providerId=${other.provider.id}`);
    expect(list).toMatchObject({ status: 200, body: { items: [] } });
    expect((await other.read(things, seededId(other, things))).version).toBe(1);
  });

  it('refuse fields and parameters that they do not know, by name', async () => {
    const made = await make({ body: { ...bodyFor(account, things), colour: 'red' } });
    expect(made).toMatchObject({ status: 400, body: { errors: [{ pointer: '/colour', detail: 'Unknown field' }] } });
    const edited = await account.edit(things, seededId(account, things), { colour: 'red' });
    expect(edited).toMatchObject({ status: 400, body: { errors: [{ pointer: '/colour', detail: 'Unknown field' }] } });
    const listed = await catalog.get(account.id, `${url}?provider=${account.provider.id}`);
    expect(listed).toMatchObject({ status: 400, body: { errors: [{ pointer: '?provider' }] } });
  });

  it('are made once for a key, however often and however many at once ask, and are answered with as they are now', async () => {
    const request = { key: randomUUID(), sub: 'ada', body: bodyFor(account, things) };
    const answers = await Promise.all(Array.from({ length: 8 }, () => make(request)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    await account.edit(things, id, { name: 'Renamed' });
    await account.archive(things, id);
    expect((await make(request)).body).toEqual(await account.read(things, id));
    expect(await account.versions(things, id)).toHaveLength(3);
    const another = await make({ ...request, sub: 'bob' });
    expect(another.body.id).not.toBe(id);
  });

  it('are not made by another body under a key, nor without one', async () => {
    const request = { key: randomUUID(), sub: 'ada' };
    expect((await make(request)).status).toBe(201);
    expect(await make(request)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    const keyless = { method: 'POST', url, key: null, body: bodyFor(account, things) } as const;
    expect(await catalog.send(account.id, keyless)).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_missing' },
    });
  });

  it('are edited in the version that was read, and keep every version', async () => {
    const id = seededId(account, things);
    const at = { method: 'PATCH', url: `${url}/${id}`, sub: 'ada' } as const;
    const before = await account.read(things, id);
    expect(await catalog.send(account.id, { ...at, body: { name: 'Second' } })).toMatchObject({
      status: 428,
      body: { code: 'if_match_missing' },
    });
    const second = await catalog.send(account.id, { ...at, body: { name: 'Second' }, ifMatch: 1 });
    expect(second).toMatchObject({ status: 200, etag: '"2"', body: { ...before, version: 2, name: 'Second' } });
    expect(await catalog.send(account.id, { ...at, body: { name: 'Third' }, ifMatch: 1 })).toMatchObject({
      status: 412,
      body: { code: 'stale_version' },
    });
    expect(await account.versions(things, id)).toMatchObject([
      { version: 2, createdBy: 'ada', name: 'Second' },
      { version: 1, createdBy: 'seed', name: before.name },
    ]);
  });

  it('have no new version by an edit that changes nothing', async () => {
    const id = seededId(account, things);
    const { name } = await account.read(things, id);
    expect(await account.edit(things, id, { name })).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await account.edit(things, id, {})).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await account.versions(things, id)).toHaveLength(1);
  });

  it('of two edits of one version one is taken, and the other hears of it', async () => {
    const id = seededId(account, things);
    const edits = ['One', 'Other'].map((name) =>
      catalog.send(account.id, { method: 'PATCH', url: `${url}/${id}`, body: { name }, ifMatch: 1 }),
    );
    const statuses = (await Promise.all(edits)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 412]));
    expect(await account.versions(things, id)).toHaveLength(2);
  });

  it('are archived once, and then change no more', async () => {
    const { id } = (await make()).body;
    const first = await account.archive(things, id);
    expect(first).toMatchObject({ status: 200, body: { version: 2, archivedAt: expect.any(String) } });
    expect(await account.archive(things, id)).toEqual(first);
    expect(await account.edit(things, id, { name: 'Again' })).toMatchObject({
      status: 409,
      body: { code: 'archived' },
    });
    expect(await account.versions(things, id)).toMatchObject([
      { version: 2, archivedAt: first.body.archivedAt },
      { version: 1, archivedAt: null },
    ]);
    const shown = async (query: string) =>
      (await catalog.get(account.id, `${url}${query}`)).body.items.map((item: { id: string }) => item.id);
    expect(await shown('')).not.toContain(id);
    expect(await shown('?includeArchived=true')).toContain(id);
  });

  it('are listed in pages by name that hold each once, of one provider or of all', async () => {
    for (let count = 0; count < 4; count++) await make();
    const seen: string[] = [];
    let cursor = '';
    while (cursor !== 'end') {
      const { body } = await catalog.get(account.id, `${url}?limit=2&providerId=${account.provider.id}${cursor}`);
      seen.push(...body.items.map(({ name }: { name: string }) => name));
      cursor = body.nextCursor === null ? 'end' : `&cursor=${body.nextCursor}`;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
    const { body } = await catalog.get(account.id, `${url}?providerId=${account.otherProvider.id}`);
    expect(body.items).toEqual([]);
  });

  it('show their versions in pages, the newest first; a cursor is one of this thing alone', async () => {
    const id = seededId(account, things);
    for (let count = 2; count <= 5; count++) await account.edit(things, id, { name: `Name ${count}` });
    const first = await catalog.get(account.id, `${url}/${id}/versions?limit=3`);
    const versions = ({ items }: { items: { version: number }[] }) => items.map(({ version }) => version);
    expect(versions(first.body)).toEqual([5, 4, 3]);
    const next = `versions?limit=3&cursor=${first.body.nextCursor}`;
    const second = await catalog.get(account.id, `${url}/${id}/${next}`);
    expect([versions(second.body), second.body.nextCursor]).toEqual([[2, 1], null]);
    const beyond = encodeCursor([id, 2 ** 31]);
    expect(await catalog.get(account.id, `${url}/${id}/versions?cursor=${beyond}`)).toMatchObject({ status: 400 });
    const { id: otherId } = (await make()).body;
    expect(await catalog.get(account.id, `${url}/${otherId}/${next}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_cursor' },
    });
  });

  it('are never there without their version, nor a version without them', async () => {
    const table = things.slice(0, -1).replace('-', '_');
    const change = sql`update ${sql.table(table)} set version = 7 where account_id = ${account.id}`;
    await expect(change.execute(catalog.database.adminDb)).rejects.toThrow('foreign key');
    const removal = sql`delete from ${sql.table(`${table}_version`)} where account_id = ${account.id}`;
    await expect(removal.execute(catalog.database.adminDb)).rejects.toThrow('foreign key');
  });
});

it.each(['service-packs', 'rate-plans'] as const)(
  '%s are not made for a provider that is foreign or archived',
  async (things) => {
    const other = await startAccount(catalog);
    const foreign = { ...bodyFor(account, things), providerId: other.provider.id };
    expect(await account.post(things, foreign)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await catalog.seed({
      ...account.seed,
      providers: [{ ...account.provider, archivedAt: '2026-01-01T00:00:00.000Z' }],
    });
    expect(await account.post(things, bodyFor(account, things))).toMatchObject({
      status: 409,
      body: { code: 'archived' },
    });
  },
);

it.each([
  ['service-packs', 'servicePackId'],
  ['rate-plans', 'ratePlanId'],
] as const)(
  '%s that profiles use are not archived, and the profiles are named, until these are',
  async (things, field) => {
    const id = seededId(account, things);
    const second = await account.createProfile({ name: 'Second' });
    const answer = await account.archive(things, id);
    expect(answer).toMatchObject({ status: 409, body: { code: 'used_by_profiles', fix: expect.any(String) } });
    for (const one of [account.profile, second]) expect(answer.body.detail).toContain(`“${one.name}” (${one.id})`);
    for (const one of [account.profile, second]) await account.archive('service-profiles', one.id);
    expect((await account.archive(things, id)).status).toBe(200);
    const late = await account.post('service-profiles', bodyFor(account, 'service-profiles'));
    expect(late).toMatchObject({ status: 409, body: { code: 'archived' } });
    const { body } = await catalog.get(account.id, `/catalog/v1/service-profiles?includeArchived=true&${field}=${id}`);
    expect(body.items).toHaveLength(2);
    const none = await catalog.get(
      account.id,
      `/catalog/v1/service-profiles?includeArchived=true&${field}=${randomUUID()}`,
    );
    expect(none.body.items).toEqual([]);
  },
);
