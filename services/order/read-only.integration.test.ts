import type { Problem } from '@simlane/contracts/http/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from './order.fixture.ts';

let order: OrderApp;
beforeAll(async () => {
  order = await startOrderApp({ readOnly: true });
});
afterAll(() => order.stop());

describe('the order service where nothing may change', () => {
  it('shows orders, and takes neither drafts nor signals nor what the worker records', async () => {
    expect((await order.call('GET', '/orders')).status).toBe(200);
    const refused = [
      await order.call<Problem>('POST', '/orders', {
        key: uuidV7(),
        body: { action: 'switch_to_esim', lineId: uuidV7() },
      }),
      await order.signal({}),
      await order.callInternal('PUT', `/orders/${uuidV7()}/submission`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(refused.map(({ body }) => (body as Problem).code)).toEqual(['read_only', 'read_only', 'read_only']);
    // A provider sends again what was answered like this.
    expect(refused.map(({ headers }) => Number(headers['retry-after']) > 0)).toEqual([true, true, true]);
    const { rows } = await sql`select id from "order" union all select id from provider_signal`.execute(
      order.database.adminDb,
    );
    expect(rows).toEqual([]);
  });
});
