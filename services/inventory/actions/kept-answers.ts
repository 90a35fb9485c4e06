/** Gives the answer kept under the key, or asks for it; those who ask at the same time share one question. */
export type KeptAnswers<T> = (key: string, ask: () => Promise<T>) => Promise<T>;

/**
 * Keeps answers for a while, the newest so many. A question that fails is not kept.
 *
 * @param options.keptMs how long an answer is kept, counted from when it came
 */
export const createKeptAnswers = <T>(options: {
  most: number;
  keptMs: (answer: T) => number;
  now?: () => number;
}): KeptAnswers<T> => {
  const { most, keptMs, now = Date.now } = options;
  const kept = new Map<string, { answer: T; until: number }>();
  const asking = new Map<string, Promise<T>>();

  const askAndKeep = async (key: string, ask: () => Promise<T>): Promise<T> => {
    try {
      const answer = await ask();
      kept.delete(key);
      // Insertion order is age: the oldest goes.
      if (kept.size >= most) kept.delete(kept.keys().next().value as string);
      kept.set(key, { answer, until: now() + keptMs(answer) });
      return answer;
    } finally {
      asking.delete(key);
    }
  };

  return (key, ask) => {
    const hit = kept.get(key);
    if (hit !== undefined && hit.until > now()) return Promise.resolve(hit.answer);
    const pending = asking.get(key);
    if (pending !== undefined) return pending;
    const question = askAndKeep(key, ask);
    asking.set(key, question);
    return question;
  };
};
