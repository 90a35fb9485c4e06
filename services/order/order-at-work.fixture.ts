/** What tests do with an order on its way: provider, worker and clock in one hand. */
import type { Fact, Order } from '@simlane/contracts/http/order';
import type { OrderClaim } from '@simlane/contracts/http/order-internal';
import type { Problem } from '@simlane/contracts/http/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import type { OrderApp } from './order.fixture.ts';

export const newSim = () => ({ id: uuidV7(), temporaryReference: 'SIM-Temp-1', iccid: null, enteredIccid: null });
export const NO_ISSUE = { newSim: newSim(), iccidIssue: null };

interface Step {
  readonly status: string;
  readonly todos: string[];
  readonly waitsUntil: string | null;
}

/** @param app is asked at each call, since tests start it before all of them */
export const atWork = (app: () => OrderApp) => {
  const say = async (type: string, orderId: string, data: object = {}) =>
    app().signal({ type: `order.${type}`, orderId, occurredAt: '2026-11-20T10:00:00Z', data });
  const claim = async (orderId: string) =>
    (await app().callInternal<OrderClaim>('GET', `/orders/${orderId}/claim`)).body;
  const submit = (orderId: string) =>
    app().callInternal<{ outcome: string; fact?: { factId: string } | null; code?: Problem['code'] }>(
      'PUT',
      `/orders/${orderId}/submission`,
    );
  const carryOut = (orderId: string, factId: string, body: object = NO_ISSUE) =>
    app().callInternal<Step>('PUT', `/orders/${orderId}/facts/${factId}/carried-out`, { body });
  const read = async (orderId: string): Promise<Order> => (await app().call('GET', `/orders/${orderId}`)).body;
  const facts = async (orderId: string): Promise<Fact[]> =>
    (await app().call<{ items: Fact[] }>('GET', `/orders/${orderId}/timeline`)).body.items;
  const lastFact = async (orderId: string, kind: string): Promise<Fact> => {
    const fact = (await facts(orderId)).findLast((candidate) => candidate.kind === kind);
    if (fact === undefined) throw new Error(`no fact ${kind}`);
    return fact;
  };

  return {
    say,
    claim,
    submit,
    carryOut,
    read,
    facts,
    lastFact,
    kinds: async (orderId: string) => (await facts(orderId)).map(({ kind }) => kind),
    todos: async (orderId: string) => (await read(orderId)).todos.map(({ code }) => code),

    /** Asks the provider what the fact says. */
    ask: (orderId: string, factId: string) =>
      app().callInternal<Step & Partial<Problem>>('PUT', `/orders/${orderId}/facts/${factId}/provider-request`),
    noticeSilence: (orderId: string) =>
      app().callInternal<Step & { pending: { factId: string; kind: string }[] }>('PUT', `/orders/${orderId}/silence`),
    dueAt: async (orderId: string): Promise<Date | undefined> =>
      (await sql<{ due_at: Date }>`select due_at from due where id = ${orderId}`.execute(app().database.adminDb))
        .rows[0]?.due_at,

    /** Moves what the order remembers of time into the past, as if so long had passed. */
    letPass: async (orderId: string, duration: string): Promise<void> => {
      await sql`update "order" set waits_until = waits_until - ${duration}::interval,
        submission_attempted_at = submission_attempted_at - ${duration}::interval where id = ${orderId}`.execute(
        app().database.adminDb,
      );
    },

    /** An order that the provider has accepted. */
    submittedOrder: async (): Promise<string> => {
      const { id } = await app().confirmedOrder();
      await submit(id);
      return id;
    },

    inProgressOrder: async (data: object = {}): Promise<string> => {
      const { id } = await app().confirmedOrder();
      await submit(id);
      await say('acknowledged', id, data);
      await carryOut(id, (await lastFact(id, 'acknowledged')).id);
      return id;
    },

    processedOrder: async (data: object, issue: object = NO_ISSUE): Promise<string> => {
      const { id } = await app().confirmedOrder();
      await submit(id);
      await say('processed', id, data);
      await carryOut(id, (await lastFact(id, 'processed')).id, issue);
      return id;
    },

    /** An order that its provider has cancelled. */
    cancelledOrder: async (): Promise<string> => {
      const { id } = await app().confirmedOrder();
      await submit(id);
      await say('cancelled', id);
      await carryOut(id, (await lastFact(id, 'cancelled')).id);
      return id;
    },

    decide: (orderId: string, body: object, key: string = uuidV7()) =>
      app().call<Order & Partial<Omit<Problem, 'status'>>>('POST', `/orders/${orderId}/decisions`, {
        body: { reason: 'Told by phone', ...body },
        roles: ['operations'],
        sub: 'operations-1',
        key,
      }),
  };
};
