/**
 * A file of ICCIDs as people have one: exported from a spreadsheet, with or without a heading, with whatever separates
 * its columns. Pure. Each row that cannot be used is told by its number, so that it can be found in the file.
 */
import { MOST_ROLLOUT_SIMS } from '@simlane/contracts/http/rollout-preview';
import { readEnteredIccid } from '../fleet/sim-iccid.ts';

export interface IccidRow {
  /** As a spreadsheet numbers it: the first is 1, also where it is the heading. */
  readonly row: number;
  readonly reading: { readonly iccid: string; readonly hasWrongCheckDigit: boolean } | { readonly fault: string };
}

const BYTE_ORDER_MARK = '\ufeff';
const SEPARATORS = [',', ';', '\t'] as const;
const HEADING = 'iccid';
const LONGEST_SHOWN = 40;

/** One more than a rollout can be over: then there are too many, however many there are. */
const MOST_READ = MOST_ROLLOUT_SIMS + 1;

/** The rows of the column `iccid`, or else of the first. Empty rows are none. What is too many is not read to its end. */
export const readIccidList = (text: string): IccidRow[] => {
  const content = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const read: IccidRow[] = [];
  const seen = new Map<string, number>();
  let column = -1;
  for (const { row, cells, isOpen } of rowsOf(content, separatorOf(content))) {
    if (row === 1) {
      column = cells.findIndex((cell) => cell.trim().toLowerCase() === HEADING);
      if (column !== -1) continue;
    }
    if (cells.every((cell) => cell.trim() === '')) continue;
    const reading = isOpen ? { fault: 'A quotation mark is not closed' } : readCell(cells[Math.max(column, 0)] ?? '');
    read.push({ row, reading: 'fault' in reading ? reading : onceOnly(reading, row, seen) });
    if (read.length === MOST_READ) break;
  }
  return read;
};

const onceOnly = (
  reading: Extract<IccidRow['reading'], { iccid: string }>,
  row: number,
  seen: Map<string, number>,
): IccidRow['reading'] => {
  const before = seen.get(reading.iccid);
  if (before !== undefined) return { fault: `The same ICCID as in row ${before}` };
  seen.set(reading.iccid, row);
  return reading;
};

/** The one that the first line has most of; a file of one column has none. */
const separatorOf = (text: string): string => {
  const [line = ''] = text.split(/\r\n|\n|\r/, 1);
  const unquoted = line.replaceAll(/"[^"]*"/g, '');
  const count = (separator: string): number => unquoted.split(separator).length;
  return SEPARATORS.reduce((most, separator) => (count(separator) > count(most) ? separator : most));
};

interface Row {
  readonly row: number;
  readonly cells: readonly string[];
  /** A quotation mark was not closed until the end of the file. */
  readonly isOpen: boolean;
}

/** RFC 4180, with any line break and any of the separators. One at a time: 8 MB can be millions of them. */
function* rowsOf(text: string, separator: string): Generator<Row> {
  let cells: string[] = [];
  let place = 0;
  for (let row = 1; ; ) {
    const cell = readField(text, place, separator);
    cells.push(cell.value);
    place = cell.end;
    const next = text[place];
    if (next === separator) {
      place += 1;
      continue;
    }
    yield { row, cells, isOpen: cell.isOpen };
    if (next === undefined) return;
    row += 1;
    cells = [];
    place += next === '\r' && text[place + 1] === '\n' ? 2 : 1;
  }
}

/** One field, from a place up to the separator, line break or end after it. */
const readField = (
  text: string,
  from: number,
  separator: string,
): { readonly value: string; readonly end: number; readonly isOpen: boolean } => {
  if (text[from] !== '"') {
    const end = endOfPlain(text, from, separator);
    return { value: text.slice(from, end), end, isOpen: false };
  }
  let value = '';
  let place = from + 1;
  for (;;) {
    const quote = text.indexOf('"', place);
    if (quote === -1) return { value: value + text.slice(place), end: text.length, isOpen: true };
    value += text.slice(place, quote);
    if (text[quote + 1] !== '"') {
      // What stands between a closing quotation mark and the separator belongs to the value, as spreadsheets have it.
      const end = endOfPlain(text, quote + 1, separator);
      return { value: value + text.slice(quote + 1, end), end, isOpen: false };
    }
    value += '"';
    place = quote + 2;
  }
};

const endOfPlain = (text: string, from: number, separator: string): number => {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
};

const readCell = (cell: string): IccidRow['reading'] => {
  // Spreadsheets take a number with an apostrophe before it for a text, and so keep all of its digits.
  const text = cell.trim().replace(/^'/, '');
  // What a physical SIM can have includes what an eSIM can.
  const read = readEnteredIccid('physical', text);
  if (!read.ok) return { fault: `“${shown(text)}” is no ICCID: ${FAULTS[read.problem]}` };
  return { iccid: read.iccid, hasWrongCheckDigit: read.warnings.some(({ code }) => code === 'iccid_check_digit') };
};

const FAULTS = {
  length: 'it has 18 to 20 characters',
  characters: 'it has digits, or letters from A to E, and may end in the padding F',
  prefix: 'it begins with 89',
} as const;

const shown = (text: string): string =>
  text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN).toWellFormed()}…`;
