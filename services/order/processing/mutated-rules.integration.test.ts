import type * as Facts from '@simlane/contracts/facts';
import type { Decided, judge, Judgement, ProviderWord } from '@simlane/contracts/facts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Said } from '@simlane/testing/replacement-model/history';
import { type OrderApp, startOrderApp } from '../order.fixture.ts';
import { createPlayer, everyHistory, playAll } from './played-orders.fixture.ts';

/** The table with one entry changed, where the service reads it. */
type Mutant = (decided: Decided, word: ProviderWord, judgement: Judgement) => Judgement;

const rule = vi.hoisted(() => ({ mutant: undefined as Mutant | undefined }));
vi.mock('@simlane/contracts/facts', async (importOriginal) => {
  const original = await importOriginal<typeof Facts>();
  const mutated: typeof judge = (decided, word, identifiers) => {
    const judgement = original.judge(decided, word, identifiers);
    return rule.mutant?.(decided, word, judgement) ?? judgement;
  };
  return { ...original, judge: mutated };
});

let app: OrderApp;
let player: ReturnType<typeof createPlayer>;
beforeAll(async () => {
  app = await startOrderApp();
  player = createPlayer(app);
});
afterAll(async () => {
  rule.mutant = undefined;
  await app.stop();
});

const WORDS: Said[] = [{ says: 'acknowledged' }, { says: 'processed', iccid: 'A' }, { says: 'cancelled' }];

const differences = (mutant: Mutant | undefined) => {
  rule.mutant = mutant;
  const histories = everyHistory(WORDS, 2).map((words) => ({
    words,
    cutoverOn: 'processed' as const,
    pace: 'all words at the end' as const,
  }));
  return playAll(app, player, histories);
};

const turned = (judgement: Judgement, disposition: Judgement['disposition']): Judgement => ({
  ...judgement,
  disposition,
});

const MUTANTS: Record<string, Mutant> = {
  'what comes after a cancellation is all stale': (decided, word, judgement) =>
    decided === 'cancelled' && word === 'processed' ? turned(judgement, 'stale') : judgement,
  'a repeated word is applied twice': (_decided, _word, judgement) =>
    judgement.disposition === 'duplicate' ? turned(judgement, 'applied') : judgement,
  'a cancellation after the switch is applied': (decided, word, judgement) =>
    decided === 'processed' && word === 'cancelled' ? turned(judgement, 'applied') : judgement,
};

describe('the model catches a service in which', () => {
  it('nothing is wrong: not at all', async () => {
    expect(await differences(undefined)).toEqual([]);
  });

  it.for(Object.entries(MUTANTS))('%s', async ([, mutant]) => {
    expect(await differences(mutant)).not.toEqual([]);
  });
});
