/** Random histories on the whole stack, against the model of product.md §3. */
import {
  type Action,
  FLEET_CHANGES,
  FOREIGN_SIGNALS,
  ICCIDS,
  type ProviderAnswer,
  type Said,
  SAYINGS,
} from '@simlane/testing/replacement-model/history';
import fc from 'fast-check';
import type { StackInfo } from '../local/stack-info.ts';
import { modelLine } from './model-account.ts';
import { setModelStage } from './model-stage.ts';
import { playHistory } from './played-history.ts';

/** Each on a line of its own: as many as two cores keep busy. */
const AT_ONCE = 20;
const LONGEST_HISTORY = 12;
/** A history that fails is played again and again, and shorter, for so long. */
const SHRINKING_MS = 45_000;

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const iccid = fc.constantFrom(...ICCIDS);
const provider = fc.constantFrom('accepts' as const, 'refuses' as const);

/** Without the fields that are not there: a history is to be read. */
const compact = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

const said = fc
  .record({ says: fc.constantFrom(...SAYINGS), iccid: optional(iccid), eid: optional(fc.constantFrom('E', 'F')) })
  .map(
    ({ says, ...data }) => compact(says === 'cancelled' || says === 'rejected' ? { says } : { says, ...data }) as Said,
  );

const providerAnswer: fc.Arbitrary<ProviderAnswer> = fc.oneof(
  fc.constantFrom<ProviderAnswer>(
    { says: 'nothing' },
    { says: 'received' },
    { says: 'cancelled' },
    { says: 'rejected' },
  ),
  fc.record({
    says: fc.constantFrom('acknowledged' as const, 'processed' as const, 'installed' as const),
    iccid: fc.constantFrom('A' as const, 'B' as const),
  }),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: said.map((words) => ({ do: 'signal' as const, ...words })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Action>(
      { do: 'repeat_signal' },
      { do: 'replay_signal' },
      { do: 'reuse_message_id' },
      ...FOREIGN_SIGNALS.map((how) => ({ do: 'foreign_signal' as const, how })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>(
      { do: 'confirm' },
      { do: 'edit_draft' },
      { do: 'remind' },
      { do: 'confirm_installation' },
    ),
  },
  { weight: 2, arbitrary: provider.map((does) => ({ do: 'request_cancellation' as const, provider: does })) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enter_iccid' as const), iccid, reason: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: optional(iccid).map((given) => compact({ do: 'mark_processed' as const, iccid: given }) as Action),
  },
  { weight: 1, arbitrary: provider.map((does) => ({ do: 'cancel' as const, provider: does })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('no_effect' as const, 'reverse_at_provider' as const)
      .map((resolution) => ({ do: 'resolve_conflict' as const, resolution })),
  },
  { weight: 1, arbitrary: providerAnswer.map((answer) => ({ do: 'deadline_passes' as const, answer })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...FLEET_CHANGES).map((change) => ({ do: 'change_fleet' as const, change })),
  },
);

/** Most histories soon confirm their order: little can happen to a draft. */
const history = fc.record({
  activate: fc.boolean(),
  actions: fc
    .tuple(fc.array(action, { maxLength: 1 }), fc.array(action, { minLength: 1, maxLength: LONGEST_HISTORY - 2 }))
    .map(([before, after]): Action[] => [...before, { do: 'confirm' }, ...after]),
});

export interface HistoriesReport {
  readonly histories: number;
  readonly seed: number;
  /** One for each line on which a history failed: the seed, the shortest history that still fails, and how. */
  readonly failures: readonly string[];
}

/** Plays so many histories, many at once. The same seed plays the same histories. */
export const runHistories = async ({
  stack,
  count,
  seed,
}: {
  stack: StackInfo;
  count: number;
  seed: number;
}): Promise<HistoriesReport> => {
  const lanes = Math.min(AT_ONCE, count);
  const stage = await setModelStage(stack, lanes);
  const play = async (number: number): Promise<string | undefined> => {
    const line = modelLine(number);
    let shrinksUntil = Number.POSITIVE_INFINITY;
    const property = fc.asyncProperty(history, async (played) => {
      // What would be tried after the time counts as holding, so that the shortest one so far is what is told.
      if (Date.now() > shrinksUntil) return;
      try {
        await playHistory(stage, line, played);
      } catch (error) {
        shrinksUntil = Math.min(shrinksUntil, Date.now() + SHRINKING_MS);
        throw error;
      }
    });
    const result = await fc.check(property, {
      seed: seed + number,
      numRuns: Math.floor((count + number) / lanes),
    });
    if (!result.failed) return undefined;
    const { counterexample, counterexamplePath, errorInstance, numShrinks } = result;
    const error = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    return [
      `seed ${seed} (lane ${number}, path ${counterexamplePath}, ${numShrinks} times shorter), cut-over ${line.cutoverOn}:`,
      JSON.stringify(counterexample),
      error,
    ].join('\n');
  };
  const results = await Promise.all(Array.from({ length: lanes }, (_none, number) => play(number)));
  await stage.close();
  return { histories: count, seed, failures: results.filter((failure) => failure !== undefined) };
};
