import type { Cutover } from '@simlane/contracts/order';
import type { Said } from '@simlane/testing/replacement-model/history';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { createPlayer, everyHistory, type Played, playAll } from './played-orders.fixture.ts';

/** Thousands of signals over HTTP into PostgreSQL. */
const MANY_SIGNALS_MS = 300_000;

let app: OrderApp;
let player: ReturnType<typeof createPlayer>;
beforeAll(async () => {
  app = await startOrderApp();
  player = createPlayer(app);
});
afterAll(() => app.stop());

/** One for each column of the table. */
const FOUR_WORDS: Said[] = [
  { says: 'acknowledged' },
  { says: 'processed', iccid: 'A' },
  { says: 'cancelled' },
  { says: 'rejected' },
];

const ALL_WORDS: Said[] = [
  ...FOUR_WORDS,
  { says: 'acknowledged', iccid: 'A' },
  { says: 'processed' },
  { says: 'processed', iccid: 'B' },
  { says: 'installed', iccid: 'A' },
];

/** The remainder by three mixes the paces over all positions of the words; by two it would follow the last word. */
const atPaces = (histories: readonly Said[][], cutoverOn: Cutover): Played[] =>
  histories.map((words, number) => ({
    cutoverOn,
    words,
    pace: number % 3 === 0 ? 'all words at the end' : 'each word at once',
  }));

describe('an order follows the table of facts', () => {
  it('after every sequence of up to five words, whenever they are carried out', {
    timeout: MANY_SIGNALS_MS,
  }, async () => {
    const histories = atPaces(everyHistory(FOUR_WORDS, 5), 'processed');
    expect(histories).toHaveLength(4 + 16 + 64 + 256 + 1024);
    expect(await playAll(app, player, histories)).toEqual([]);
  });

  it.for(['processed', 'installed'] as const)(
    'after every sequence of up to three words with and without identifiers, where the cut-over is `%s`',
    { timeout: MANY_SIGNALS_MS },
    async (cutoverOn) => {
      const histories = atPaces(everyHistory(ALL_WORDS, 3), cutoverOn);
      expect(await playAll(app, player, histories)).toEqual([]);
    },
  );
});
