import { violatedConstraint } from './postgres-errors.ts';

/**
 * Makes what a request asks for once, however often it comes under its key, and at the same moment too: whatever was
 * made first is the answer.
 *
 * @param find what was made under the key; rejects where that was another request
 * @param make makes it under the key
 * @param constraint the unique constraint over the key, by its name
 */
export const onceUnderKey = async <T>({
  find,
  make,
  constraint,
}: {
  readonly find: () => Promise<T | undefined>;
  readonly make: () => Promise<T>;
  readonly constraint: string;
}): Promise<T> => {
  const before = await find();
  if (before !== undefined) return before;
  try {
    return await make();
  } catch (error) {
    if (violatedConstraint(error) !== constraint) throw error;
    const earlier = await find();
    if (earlier === undefined) throw error;
    return earlier;
  }
};
