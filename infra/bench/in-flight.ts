/** Does the work for each item, so many at a time. Rejects with the first failure; then no further item is begun. */
export async function inFlight<T>(
  limit: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const takeTurns = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const index = next++;
      try {
        await work(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeTurns));
}

/** Does the work for each item, so many at a time, and resolves to what came of them, in their order. */
export async function mapInFlight<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  await inFlight(limit, items, async (item, index) => {
    results[index] = await work(item);
  });
  return results;
}
