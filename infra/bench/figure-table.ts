import { type Figure, type Goal, isReached, type Run } from './figures.ts';

const SIGNIFICANT = 3;
/** From here on digits after the point say nothing. */
const WHOLE_FROM = 100;

/** The figures as a table for people, a row each. */
export function figureTable(figures: readonly Figure[]): string {
  const header = ['', 'figure', 'ours', 'bare', 'ratio', 'unit', 'goal', 'runs (ours / bare)'];
  const rows = figures.map((figure) => [
    mark(figure),
    figure.name,
    shown(figure.ours),
    shown(figure.bare),
    shown(figure.ratio),
    figure.unit,
    figure.goal === null ? '' : goalInWords(figure.goal),
    figure.runs.length > 1 ? figure.runs.map(shownRun).join(', ') : '',
  ]);
  const widths = header.map((_title, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const numbers = new Set(['ours', 'bare', 'ratio']);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numbers.has(header[column] ?? '') ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line).join('\n');
}

function mark(figure: Figure): string {
  const reached = isReached(figure);
  if (reached === null) return ' ';
  return reached ? '✓' : '✗';
}

function goalInWords({ of, atLeast, atMost, aim }: Goal): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
    ...(aim === undefined ? [] : [`aim ${aim}`]),
  ];
  return `${of} ${bounds.join(', ')}`;
}

function shownRun({ ours, bare }: Run): string {
  return bare === null ? shown(ours) : `${shown(ours)}/${shown(bare)}`;
}

function shown(value: number | null): string {
  if (value === null) return '';
  if (Number.isInteger(value) || value >= WHOLE_FROM) return String(Math.round(value));
  return value.toPrecision(SIGNIFICANT);
}
