/** Orders on which the model test plays histories of signals, and what the service says of them afterwards. */
import { isDeepStrictEqual } from 'node:util';
import type { IccidIssue } from '@simlane/contracts/http/inventory-internal';
import { isProviderWord } from '@simlane/contracts/facts';
import type { Cutover } from '@simlane/contracts/order';
import { readInAccount } from '@simlane/service-kit/postgres';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Said } from '@simlane/testing/replacement-model/history';
import { apply, draftOf, expectedAtRest, type Replacement } from '@simlane/testing/replacement-model/replacement';
import { sql } from 'kysely';
import { findOrder } from '../ordering/order.repository.ts';
import type { OrderApp } from '../order.fixture.ts';
import { identifiersOf, pendingFacts, pendingFillIns } from './fact.ts';
import { loadFacts } from './fact.repository.ts';

type Pace = 'each word at once' | 'all words at the end';

/** What was to be seen, and what was; equal where the service follows the model. */
interface Comparison {
  readonly history: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

const ICCIDS = { A: '8988211000000530082', B: '8965030119110000013', malformed: '12345', in_use: '' };
const EIDS = { E: '89049032000001000000012345678927', F: '89049032000001000000045675678926' };

/** An order that the provider has, copied in bulk: drafting and confirming each by itself would take most of the time. */
const confirmedOrders = async (app: OrderApp, cutoverOn: Cutover, count: number): Promise<string[]> => {
  const { id } = await app.confirmedOrder();
  await app.callInternal('PUT', `/orders/${id}/submission`);
  const ids = Array.from({ length: count }, () => uuidV7());
  const copies = sql`jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as copy (id, number)`;
  const { rows } = await sql<{ columns: string }>`select string_agg(quote_ident(attname), ', ') as columns
    from pg_attribute where attrelid = '"order"'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`.execute(
    app.database.adminDb,
  );
  const columns = sql.raw(rows[0]?.columns ?? '');
  await sql`insert into "order" (${columns})
    select ${columns} from (
      select (jsonb_populate_record(original, jsonb_build_object(
        'id', copy.id, 'order_number', original.order_number || '-' || copy.number, 'idempotency_key', copy.id,
        'terms', original.terms || jsonb_build_object('cutoverOn', ${cutoverOn}::text)))).*
      from "order" original, ${copies} where original.id = ${id}) as filled`.execute(app.database.adminDb);
  await sql`insert into fact
    select (jsonb_populate_record(original, jsonb_build_object('id', uuidv7(), 'order_id', copy.id))).*
    from fact original, ${copies} where original.order_id = ${id}`.execute(app.database.adminDb);
  // Thousands of rows at once, of which the planner would otherwise hear too late.
  await sql`analyze "order", fact`.execute(app.database.adminDb);
  return ids;
};

/**
 * Plays histories on orders of one service.
 *
 * @returns `play`: says the words to an order, carries out what is applied as the worker would, and compares with the
 *   model after each word and at rest; gives the first comparison that fails
 */
export const createPlayer = (app: OrderApp) => {
  const inventory = inventoryBehind(app);
  return {
    play: async (orderId: string, { cutoverOn, words, pace }: Played): Promise<Comparison | undefined> => {
      const history = `${cutoverOn}, ${pace}: ${words.map(shown).join(', ')}`;
      let model = apply(draftOf({ cutoverOn, activate: false }), { do: 'confirm' }).state;
      const compare = async (moment: Moment): Promise<Comparison | undefined> => {
        const expected = expectedOf(model, moment);
        const seen = await seenOf(app, orderId, moment);
        return isDeepStrictEqual(expected, seen) ? undefined : { history, expected, seen };
      };
      for (const said of words) {
        model = apply(model, { do: 'signal', ...said }).state;
        const { status, body } = await app.signal(signalOf(orderId, said));
        if (status !== 202 || body.intake !== 'accepted') throw new Error(`${status} ${JSON.stringify(body)}`);
        if (pace === 'each word at once') await carryOut(app, inventory, orderId);
        const found = await compare(pace === 'each word at once' ? 'at rest' : 'before anything is carried out');
        if (found !== undefined) return found;
      }
      if (pace === 'each word at once') return undefined;
      await carryOut(app, inventory, orderId);
      return compare('at rest');
    },
  };
};

export interface Played {
  readonly cutoverOn: Cutover;
  readonly words: readonly Said[];
  readonly pace: Pace;
}

type Moment = 'at rest' | 'before anything is carried out';

const signalOf = (orderId: string, { says, iccid, eid }: Said) => ({
  type: `order.${says}`,
  orderId,
  occurredAt: '2026-11-20T10:00:00Z',
  data: { ...(iccid && { iccid: ICCIDS[iccid] }), ...(eid && { eid: EIDS[eid] }) },
});

const shown = ({ says, iccid, eid }: Said): string => {
  const data = [iccid, eid].filter((value) => value !== undefined);
  return data.length === 0 ? says : `${says}(${data.join(' ')})`;
};

/** The inventory as far as the order hears of it: whether the eSIM of an order has an ICCID. */
const inventoryBehind = (app: OrderApp) => {
  const iccids = new Map<string, string>();
  const switched = new Set<string>();
  const say = (orderId: string, iccid: string | null): void => {
    if (iccid !== null && iccid !== ICCIDS.malformed) iccids.set(orderId, iccid);
  };
  const issue = (orderId: string): IccidIssue | null =>
    switched.has(orderId) && !iccids.has(orderId)
      ? { code: 'iccid_missing', reason: 'none_given', otherSimId: null }
      : null;
  const { fillIn } = app.inventory;
  app.inventory.fillIn = async (word) => {
    say(word.orderId, word.signalled.iccid);
    const state = switched.has(word.orderId) ? 'committed' : 'started';
    return { ...(await fillIn(word)), state, iccidIssue: issue(word.orderId) };
  };
  return {
    carryOut: (orderId: string, kind: string, iccid: string | null): IccidIssue | null => {
      say(orderId, iccid);
      if (kind === 'processed') switched.add(orderId);
      return issue(orderId);
    },
  };
};

/** The worker's part, and that of the due loop. */
const carryOut = async (app: OrderApp, inventory: ReturnType<typeof inventoryBehind>, orderId: string) => {
  const { facts } = await stored(app, orderId);
  for (const { factId, kind } of pendingFacts(facts)) {
    const fact = facts.find(({ id }) => id === factId);
    const iccidIssue = inventory.carryOut(orderId, kind, fact ? identifiersOf(fact).iccid : null);
    const newSim = { id: orderId, temporaryReference: 'SIM-Temp-1', iccid: null, enteredIccid: null };
    const url = `/orders/${orderId}/facts/${factId}/carried-out`;
    const { status, body } = await app.callInternal('PUT', url, { body: { newSim, iccidIssue } });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }
  if (pendingFillIns(facts).length > 0) await app.handleDue(orderId);
};

/** Read in one transaction: over HTTP, most of the time would go into reading. */
const stored = ({ database: { db }, accountId }: OrderApp, orderId: string) =>
  readInAccount(db, accountId, async (tx) => {
    const order = await findOrder(tx, accountId, orderId);
    if (order === undefined) throw new Error(`no order ${orderId}`);
    return { order, facts: await loadFacts(tx, accountId, orderId) };
  });

const expectedOf = (model: Replacement, moment: Moment) => {
  const { status, endReason, dispositions, todos } = expectedAtRest(model);
  const fillsIn = model.words.flatMap((word, number) => (word.fillsIn ? [number] : []));
  return moment === 'at rest'
    ? { dispositions, todos: todos.toSorted(), status, endReason, fillsIn }
    : { dispositions, todos: todos.filter(isOfIntake).toSorted() };
};

const seenOf = async (app: OrderApp, orderId: string, moment: Moment) => {
  const { order, facts } = await stored(app, orderId);
  const words = facts.filter(({ kind }) => isProviderWord(kind));
  const numberOf = (factId: string | null): number => words.findIndex(({ id }) => id === factId);
  const dispositions = words.map(({ kind, disposition }) => `${kind}: ${disposition}`);
  const todos = order.todos
    .map(({ code, causeId, data }) => {
      if (code === 'conflict') return `conflict ${numberOf(causeId)}`;
      return code === 'iccid_missing' ? `${code} ${String(data.reason)}` : code;
    })
    .toSorted();
  if (moment !== 'at rest') return { dispositions, todos };
  const fillsIn = facts.filter(({ kind }) => kind === 'identifiers_filled_in').map(({ causeId }) => numberOf(causeId));
  return { dispositions, todos, status: order.status, endReason: order.endReason, fillsIn };
};

/** A conflict is noted when the word is judged; the other to-dos follow from what was carried out. */
const isOfIntake = (todo: string): boolean => todo.startsWith('conflict');

/** All sequences, with repetition, of one word up to `longest` words. */
export const everyHistory = (words: readonly Said[], longest: number): Said[][] => {
  if (longest === 0) return [];
  const shorter = everyHistory(words, longest - 1);
  const longestSoFar = longest === 1 ? [[]] : shorter.filter(({ length }) => length === longest - 1);
  return [...shorter, ...longestSoFar.flatMap((history) => words.map((word) => [...history, word]))];
};

/** As many orders at once as keep the database busy. */
const AT_ONCE = 16;
/** A rule that is broken fails in many histories; the first ones say it. */
const SHOWN_AT_MOST = 3;

/** Each history on an order of its own. @returns the shortest of those that differ from the model */
export const playAll = async (
  app: OrderApp,
  player: ReturnType<typeof createPlayer>,
  histories: readonly Played[],
): Promise<Comparison[]> => {
  const different: Comparison[] = [];
  const cutovers = [...new Set(histories.map(({ cutoverOn }) => cutoverOn))];
  for (const cutoverOn of cutovers) {
    const played = histories.filter((history) => history.cutoverOn === cutoverOn);
    const orderIds = await confirmedOrders(app, cutoverOn, played.length);
    const queue = played.map((history, index) => ({ history, orderId: orderIds[index] ?? '' })).values();
    const playOn = async (): Promise<void> => {
      for (const { history, orderId } of queue) {
        const found = await player.play(orderId, history);
        if (found !== undefined) different.push(found);
        if (different.length >= SHOWN_AT_MOST) return;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, playOn));
  }
  return different;
};
