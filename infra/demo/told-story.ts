import { setTimeout as sleep } from 'node:timers/promises';

/** What an effect takes, with a margin for a machine that does something else meanwhile; it usually takes below a second. */
const SEEN_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;

interface StepReport {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly seen: string;
}

export interface StoryReport {
  readonly name: string;
  readonly steps: readonly StepReport[];
}

/** What a step is to show. `seen` says it in words, whether it holds or not. */
interface Step<T> {
  readonly name: string;
  readonly expected: string;
  readonly holds: (value: T) => boolean;
  readonly seen: (value: T) => string;
}

/** A story while it is told. A step that does not hold ends it: what follows leans on what went before. */
export interface ToldStory {
  /** Does something once; resolves to what came of it. */
  does<T>(step: Step<T> & { readonly act: () => Promise<T> }): Promise<T>;
  /** Looks again and again until it holds, or until it is too late. */
  sees<T>(step: Step<T> & { readonly look: () => Promise<T> }): Promise<T>;
  /** A line beside the steps, such as a link. */
  note(line: string): void;
}

class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/**
 * Tells a story to its end or to the first step that does not hold; told step by step through `tell`.
 *
 * @param seenWithinMs how long a step that is looked for may take to hold
 */
export const tellStory = async (
  name: string,
  tell: (line: string) => void,
  story: (told: ToldStory) => Promise<void>,
  seenWithinMs: number = SEEN_WITHIN_MS,
): Promise<StoryReport> => {
  const steps: StepReport[] = [];
  const report = (step: StepReport): void => {
    steps.push(step);
    tell(`  ${step.ok ? '✓' : '✗'} ${step.name}: ${step.seen}`);
    if (step.ok) return;
    tell(`      expected: ${step.expected}`);
    throw new StepFailed(step.name);
  };
  const judge = <T>({ name: stepName, expected, holds, seen }: Step<T>, look: Look<T>): StepReport => {
    if ('error' in look) return { name: stepName, ok: false, expected, seen: look.error };
    return { name: stepName, ok: holds(look.value), expected, seen: seen(look.value) };
  };
  const settle = async <T>(step: Step<T>, look: () => Promise<Look<T>>): Promise<T> => {
    const last = await look();
    report(judge(step, last));
    if ('error' in last) throw new StepFailed(step.name);
    return last.value;
  };

  tell(`\n${name}`);
  try {
    await story({
      does: (step) => settle(step, () => looked(step.act)),
      sees: (step) =>
        settle(step, async () => {
          const tooLate = Date.now() + seenWithinMs;
          let last = await looked(step.look);
          while (!judge(step, last).ok && Date.now() < tooLate) {
            await sleep(LOOK_EVERY_MS);
            last = await looked(step.look);
          }
          return last;
        }),
      note: (line) => tell(`    ${line}`),
    });
  } catch (error) {
    // A surprise between two steps is a step that did not hold.
    if (!(error instanceof StepFailed)) {
      steps.push({ name: 'the story goes on', ok: false, expected: 'no surprise', seen: String(error) });
      tell(`  ✗ ${String(error)}`);
    }
  }
  return { name, steps };
};

type Look<T> = { readonly value: T } | { readonly error: string };

const looked = async <T>(look: () => Promise<T>): Promise<Look<T>> => {
  try {
    return { value: await look() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};
