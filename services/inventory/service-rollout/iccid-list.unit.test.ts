import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newIccid } from '../fleet.fixture.ts';
import { readIccidList } from './iccid-list.ts';

const iccids = (text: string) =>
  readIccidList(text).map(({ reading }) => ('iccid' in reading ? reading.iccid : reading.fault));
const [one, two] = [newIccid(), newIccid(20)];

describe('a file of ICCIDs', () => {
  it.each([
    ['one column', `${one}\n${two}`],
    ['a heading', `ICCID\n${one}\n${two}\n`],
    ['a mark, quotes and CRLF', `\ufeff"iccid"\r\n"${one}"\r\n"${two}"\r\n`],
    ['another column before, with semicolons', `line;iccid;note\n1;${one};"a;b"\n2;${two};"say ""x"""\n`],
    ['tabs, and a line break within quotes', `${one}\t"a\nb"\n${two}\tc`],
    ['empty rows, white space and an apostrophe', `\n  ${one} \n,,\n'${two}\n\n`],
    ['the padding F', `${one}F\n${two}`],
    ['old line breaks', `iccid\r${one}\r${two}`],
  ])('is read with %s', (_what, text) => {
    expect(iccids(text)).toEqual([one, two]);
  });

  it('tells each row that is no ICCID, or is there twice, by its number in the file', () => {
    const rows = readIccidList(`iccid,x\n${one},1\n8.94E+18,2\n${one},3\n12345678901234567890,4\n,5\n"89`);
    expect(rows.map(({ row, reading }) => [row, 'fault' in reading ? reading.fault : 'good'])).toEqual([
      [2, 'good'],
      [3, expect.stringContaining('“8.94E+18” is no ICCID')],
      [4, 'The same ICCID as in row 2'],
      [5, expect.stringContaining('begins with 89')],
      [6, expect.stringContaining('“” is no ICCID')],
      [7, 'A quotation mark is not closed'],
    ]);
  });

  it('says of a wrong check digit, which an operator can have printed so, that it is wrong', () => {
    const wrong = `${one.slice(0, -1)}${(Number(one.at(-1)) + 1) % 10}`;
    expect(readIccidList(wrong)).toEqual([{ row: 1, reading: { iccid: wrong, hasWrongCheckDigit: true } }]);
  });

  it('of a hundred thousand rows is read in a moment', () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `89${String(index).padStart(17, '0')}`).join('\r\n');
    const begun = performance.now();
    expect(readIccidList(text)).toHaveLength(100_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('is read no further than to one row too many', () => {
    let rows = '';
    for (let index = 0; index < 300_000; index += 1) rows += `${index}\n`;
    expect(readIccidList(rows)).toHaveLength(100_001);
  });

  it('of millions of empty rows takes no memory for them', () => {
    const before = process.memoryUsage().heapTotal;
    expect(readIccidList('\n'.repeat(4_000_000))).toEqual([]);
    expect(process.memoryUsage().heapTotal - before).toBeLessThan(256 * 1024 * 1024);
  });
});

describe('any file', () => {
  const cell = fc.string({ unit: fc.constantFrom('8', '9', '"', ',', ';', '\t', '\n', '\r', ' ', 'x', 'é', '\ud800') });

  it('is read to its end, each row with its own number', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const rows = readIccidList(text).map(({ row }) => row);
        expect(rows).toEqual([...new Set(rows)].toSorted((a, b) => a - b));
      }),
    );
  });

  it('gives back what a spreadsheet has written into it, whatever stands in the other columns', () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const table = fc.record({
      notes: fc.array(cell, { minLength: 1, maxLength: 30 }),
      separator: fc.constantFrom(',', ';', '\t'),
      lineBreak: fc.constantFrom('\n', '\r\n', '\r'),
      first: fc.boolean(),
    });
    fc.assert(
      fc.property(table, ({ notes, separator, lineBreak, first }) => {
        const rows = notes.map((note, index) => ({ note, iccid: `89${String(index).padStart(17, '0')}` }));
        const lines = [
          (first ? ['iccid', 'note'] : ['note', 'iccid']).join(separator),
          ...rows.map(({ note, iccid }) => (first ? [iccid, quoted(note)] : [quoted(note), iccid]).join(separator)),
        ];
        expect(iccids(lines.join(lineBreak))).toEqual(rows.map(({ iccid }) => iccid));
      }),
    );
  });
});
