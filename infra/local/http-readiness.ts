const ANSWER_WITHIN_MS = 2_000;

/** Whether the address answers 200. Rejects when nobody listens there. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), redirect: 'manual' });
  await response.body?.cancel();
  return response.status === 200;
}
