/**
 * A file of ICCIDs as people have one: exported from a spreadsheet, with or without a heading, with whatever separates
 * its columns. Pure. Each row that cannot be used is told by its number, so that it can be found in the file.
 */
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

/** The rows of the column `iccid`, or else of the first. Empty rows are none. */
export const readIccidList = (text: string): IccidRow[] => {
  const content = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const rows = readRows(content, separatorOf(content));
  const column = (rows[0]?.cells ?? []).findIndex((cell) => cell.trim().toLowerCase() === HEADING);
  const entries = column === -1 ? rows : rows.slice(1);
  const seen = new Map<string, number>();
  return entries.flatMap(({ row, cells, isOpen }): IccidRow[] => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const reading = isOpen ? { fault: 'A quotation mark is not closed' } : readCell(cells[Math.max(column, 0)] ?? '');
    if ('fault' in reading) return [{ row, reading }];
    const before = seen.get(reading.iccid);
    if (before !== undefined) return [{ row, reading: { fault: `The same ICCID as in row ${before}` } }];
    seen.set(reading.iccid, row);
    return [{ row, reading }];
  });
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

/** RFC 4180, with any line break and any of the separators. */
const readRows = (text: string, separator: string): Row[] => {
  const rows: Row[] = [];
  let cells: string[] = [];
  let place = 0;
  for (;;) {
    const cell = readField(text, place, separator);
    cells.push(cell.value);
    place = cell.end;
    const next = text[place];
    if (next === separator) {
      place += 1;
      continue;
    }
    rows.push({ row: rows.length + 1, cells, isOpen: cell.isOpen });
    if (next === undefined) return rows;
    cells = [];
    place += next === '\r' && text[place + 1] === '\n' ? 2 : 1;
  }
};

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
