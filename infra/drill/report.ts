import type { DrillResult } from './drill.ts';

/** The results as a Markdown table, with what failed below. */
export const markdown = (
  results: readonly DrillResult[],
  { seed, short }: { seed: number; short: boolean },
): string => {
  const rows = results.map(({ name, failure, orders, faults, lost, doubled, stuck, recoverySeconds, seconds }) => {
    const recovery = recoverySeconds === null ? '—' : `${recoverySeconds.median} / ${recoverySeconds.most}`;
    const cells = [name, failure === null ? 'holds' : 'fails', faults, orders, lost, doubled, stuck, recovery, seconds];
    return `| ${cells.join(' | ')} |`;
  });
  const failures = results.flatMap(({ name, failure }) =>
    failure === null ? [] : [`\n**${name}**\n\n${failure.replaceAll(/^/gm, '    ')}`],
  );
  return [
    `Seed ${seed}${short ? ', short forms' : ''}. Recovery: from the end of a fault until every order has ended as it was to`,
    'and the auditor finds nothing.',
    '',
    '| drill | result | faults | orders | lost | doubled | stuck | recovery, median / longest (s) | took (s) |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    ...failures,
    '',
  ].join('\n');
};
