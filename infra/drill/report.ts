import type { DrillResult } from './drill.ts';

/** The results as a Markdown table, with what failed below. */
export const markdown = (
  results: readonly DrillResult[],
  { seed, short }: { seed: number; short: boolean },
): string => {
  const rows = results.map(({ name, failure, orders, faults, recoverySeconds, seconds }) => {
    const recovery = recoverySeconds === null ? '—' : `${recoverySeconds.median} / ${recoverySeconds.most}`;
    return `| ${name} | ${failure === null ? 'holds' : 'fails'} | ${faults} | ${orders} | ${recovery} | ${seconds} |`;
  });
  const failures = results.flatMap(({ name, failure }) =>
    failure === null ? [] : [`\n**${name}**\n\n${failure.replaceAll(/^/gm, '    ')}`],
  );
  return [
    `Seed ${seed}${short ? ', short forms' : ''}. Recovery: from the end of a fault until every order has ended as it was to`,
    'and the auditor finds nothing.',
    '',
    '| drill | result | faults | orders | recovery, median / longest (s) | took (s) |',
    '|---|---|---|---|---|---|',
    ...rows,
    ...failures,
    '',
  ].join('\n');
};
