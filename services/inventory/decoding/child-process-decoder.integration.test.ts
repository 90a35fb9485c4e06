import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@simlane/service-kit/logger';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT_A_TIME, createChildProcessDecoder, MOST_WAITING } from './child-process-decoder.ts';
import { type Decoded, type Decoder, DecoderBusy, DecoderUnavailable } from './decoder.ts';
import { drawQrCodePng } from './draw-qr-code.ts';
import {
  encryptedPdf,
  giantJpeg,
  giantPng,
  giantSvg,
  giantTiff,
  pdfOfForms,
  pdfOfManyObjects,
  pdfOfManyPages,
  pdfThatWantsGigabytes,
  svgOfFilters,
  svgOfPatterns,
  svgOfUses,
  svgThatReads,
  svgWithEntities,
  tiffOfManyPages,
} from './hostile.fixture.ts';
import { pdfOf } from './pdf.fixture.ts';
import { CODE, OTHER_CODE, qrPaths, qrPicture } from './uploads.fixture.ts';

/** A hostile file may use its time up, and the good one after it waits for a start. */
const HOSTILE_FILE_MS = 60_000;
/** What the limits of a process leave room for, with its program. */
const MOST_RESIDENT_BYTES = 900_000_000;
const SAMPLED_EVERY_MS = 20;

const logger = createLogger({ name: 'decoder-test', level: 'silent' });
const SVG = 'xmlns="http://www.w3.org/2000/svg"';

let decoder: Decoder;
let good: Buffer;
let folder: string;

beforeAll(async () => {
  decoder = createChildProcessDecoder({ logger });
  good = await drawQrCodePng(CODE);
  folder = await mkdtemp(join(tmpdir(), 'decoder-'));
});
afterAll(async () => {
  await decoder.close();
  await rm(folder, { recursive: true });
});

interface Size {
  readonly width: number;
  readonly height: number;
}

const photographOfNothing = ({ width, height }: Size): Promise<Buffer> => {
  const noise = Uint8Array.from({ length: width * height }, (_value, at) => 80 + ((at * 2_654_435_761) >>> 24) / 3);
  return sharp(noise, { raw: { width, height, channels: 1 } })
    .blur(3)
    .jpeg({ quality: 60 })
    .toBuffer();
};

const READ: Decoded = { outcome: 'read', format: 'png', codes: [{ text: CODE, page: 1 }], texts: [] };
const unreadable = (reason: string, format: string | null) => ({ outcome: 'unreadable', reason, format });

/** The most memory that any process below this one has held while the work went on; 0 where that cannot be seen. */
const watched = async <T>(work: () => Promise<T>): Promise<{ result: T; resident: number }> => {
  let resident = 0;
  const look = async (): Promise<void> => {
    const bytes = await residentBelow(process.pid);
    resident = Math.max(resident, bytes);
  };
  const timer = setInterval(() => {
    void look();
  }, SAMPLED_EVERY_MS);
  try {
    return { result: await work(), resident };
  } finally {
    clearInterval(timer);
  }
};

const residentBelow = async (pid: number): Promise<number> => {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).split(' ').filter((child) => child !== '');
  const kilobytes = await Promise.all(
    children.map(async (child) => Number(/VmRSS:\s+(\d+)/.exec(await read(`/proc/${child}/status`))?.[1] ?? 0)),
  );
  return Math.max(0, ...kilobytes) * 1_024;
};

describe('a file that was made to do harm', () => {
  it.each<[string, string[], () => Buffer | Promise<Buffer>]>([
    ['a PNG of 30,000 × 30,000', ['too_complex'], () => giantPng(30_000)],
    ['a JPEG that says it is giant', ['too_complex'], giantJpeg],
    ['a giant TIFF', ['too_complex'], giantTiff],
    ['a TIFF of many pages', ['too_complex', 'broken'], tiffOfManyPages],
    ['a giant SVG', ['too_complex', 'broken'], giantSvg],
    ['an SVG of uses of uses', ['too_complex', 'broken'], svgOfUses],
    ['an SVG of filters', ['too_complex', 'broken', 'nothing'], svgOfFilters],
    ['an SVG of patterns of patterns', ['too_complex', 'nothing'], svgOfPatterns],
    ['a small PDF that wants gigabytes', ['too_complex', 'nothing'], pdfThatWantsGigabytes],
    ['a PDF of many objects', ['broken', 'too_complex'], pdfOfManyObjects],
    ['a PDF of many pages', ['too_complex'], pdfOfManyPages],
    ['a PDF of forms of forms', ['too_complex', 'nothing'], pdfOfForms],
  ])(
    'is bounded in memory and time, and the next one is read: %s',
    async (_name, outcomes, make) => {
      const file = await make();
      const { result, resident } = await watched(() => decoder.decode(file));
      expect(outcomes).toContain(
        result.outcome === 'unreadable' ? result.reason : result.codes.length === 0 ? 'nothing' : 'read',
      );
      expect(resident).toBeLessThan(MOST_RESIDENT_BYTES);
      expect(await decoder.decode(good)).toEqual(READ);
    },
    HOSTILE_FILE_MS,
  );

  it('learns nothing of other files: an SVG that names one', async () => {
    const path = join(folder, 'code.png');
    await writeFile(path, await drawQrCodePng(OTHER_CODE));
    expect(await decoder.decode(svgThatReads(path))).toMatchObject({ outcome: 'read', codes: [], texts: [] });
  });

  it('declares nothing: an SVG with entities, in whatever encoding', async () => {
    const svg = svgWithEntities();
    expect(await decoder.decode(svg)).toEqual(unreadable('format', 'svg'));
    const wide = Buffer.from(`\ufeff${svg.toString()}`, 'utf16le');
    expect(await decoder.decode(wide)).toEqual(unreadable('format', 'svg'));
  });

  it('is one thing: what it begins as', async () => {
    const pdf = pdfOf([{ picture: await qrPicture(OTHER_CODE) }]);
    expect(await decoder.decode(Buffer.concat([good, pdf]))).toEqual(READ);
    expect(await decoder.decode(Buffer.concat([pdf, good]))).toMatchObject({
      format: 'pdf',
      codes: [{ text: OTHER_CODE }],
    });
    const { paths } = await qrPaths();
    const page = `<html><body><svg ${SVG} viewBox="0 0 60 60">${paths}</svg></body></html>`;
    expect(await decoder.decode(Buffer.from(page))).toEqual(unreadable('format', null));
    const scripted = `<svg ${SVG} viewBox="0 0 60 60"><script>alert(1)</script>${paths}</svg>`;
    expect(await decoder.decode(Buffer.from(scripted))).toMatchObject({ format: 'svg', codes: [{ text: CODE }] });
  });
});

describe('a file that cannot be read', () => {
  it('says why: not one of the formats', async () => {
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    const noise = Buffer.from(Array.from({ length: 5_000 }, (_byte, at) => (at * 2_654_435_761) >>> 24));
    for (const file of [Buffer.alloc(0), gif, noise, Buffer.from(CODE), Buffer.from('<svg xmlns="urn:other"/>')]) {
      expect(await decoder.decode(file)).toMatchObject({ outcome: 'unreadable', reason: 'format' });
    }
  });

  it('says why: encrypted', async () => {
    expect(await decoder.decode(encryptedPdf())).toEqual(unreadable('encrypted', 'pdf'));
  });

  it('says why: broken', async () => {
    const picture = sharp(good);
    for (const [format, file] of [
      ['png', good],
      ['jpeg', await picture.clone().jpeg().toBuffer()],
      ['tiff', await picture.clone().tiff().toBuffer()],
    ] as const) {
      const half = await decoder.decode(file.subarray(0, file.length / 2));
      expect([format, half]).toEqual([format, unreadable('broken', format)]);
    }
    expect(await decoder.decode(Buffer.from(`<svg ${SVG}><<<`))).toEqual(unreadable('broken', 'svg'));
    expect(await decoder.decode(Buffer.from('%PDF-1.7\nnothing'))).toEqual(unreadable('broken', 'pdf'));
  });

  it('holds no code that is not all there: a PDF cut in the middle', async () => {
    const pdf = pdfOf([{ picture: await qrPicture() }]);
    const decoded = await decoder.decode(pdf.subarray(0, pdf.length / 2));
    expect(decoded.outcome === 'read' ? decoded.codes : []).toEqual([]);
  });
});

describe('a picture as large as phones take', () => {
  it.each([
    ['a photograph without a code', (size: Size) => photographOfNothing(size)],
    [
      'a drawing of nothing',
      (size: Size) => Buffer.from(`<svg ${SVG} width="${size.width}" height="${size.height}"/>`),
    ],
  ] as const)(
    'is looked at to the end: %s',
    async (_name, make) => {
      const file = await make({ width: 5_600, height: 4_200 });
      expect(await decoder.decode(file)).toMatchObject({ outcome: 'read', codes: [], texts: [] });
    },
    HOSTILE_FILE_MS,
  );
});

describe('the processes that read files', () => {
  it(
    'are two at a time: more files wait, and too many are refused',
    async () => {
      const answers = await Promise.allSettled(Array.from({ length: 22 }, () => decoder.decode(Buffer.alloc(0))));
      const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(answers.length - refused.length).toBe(AT_A_TIME + MOST_WAITING);
      expect(refused.every(({ reason }) => reason instanceof DecoderBusy)).toBe(true);
      expect(await decoder.decode(good)).toEqual(READ);
    },
    HOSTILE_FILE_MS,
  );

  it('end with the decoder, and whoever waits is told', async () => {
    const closing = createChildProcessDecoder({ logger });
    const waiting = Promise.allSettled(Array.from({ length: 5 }, () => closing.decode(good)));
    await closing.close();
    for (const answer of await waiting) expect(answer).toHaveProperty('reason', expect.any(DecoderUnavailable));
    await expect(closing.decode(good)).rejects.toBeInstanceOf(DecoderUnavailable);
  });
});
