import { deflateSync } from 'node:zlib';

export interface PdfPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, row by row. */
  readonly rgb: Uint8Array;
}

export interface PdfPage {
  readonly lines?: readonly string[];
  readonly picture?: PdfPicture;
  /** Points; A4 if not said. */
  readonly size?: readonly [width: number, height: number];
}

const A4: readonly [number, number] = [595, 842];
/** 4 cm, as operators print a code. */
const PICTURE_POINTS = 113;

interface Stream {
  readonly entries: string;
  readonly bytes: Uint8Array;
}

/** An object of a PDF: its dictionary, or a stream. */
export type PdfObject = string | Stream;

/** A file of these objects, numbered from 1; the first is the catalog. `trailer` is put into the trailer. */
export const writePdf = (objects: readonly PdfObject[], trailer = ''): Buffer => {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  const put = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    put(Buffer.from(`${index + 1} 0 obj\n`));
    if (typeof object === 'string') put(Buffer.from(object));
    else {
      put(Buffer.from(`<< ${object.entries} /Length ${object.bytes.length} >>\nstream\n`));
      put(Buffer.from(object.bytes));
      put(Buffer.from('\nendstream'));
    }
    put(Buffer.from('\nendobj\n'));
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = length;
  put(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`));
  put(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
};

/** A PDF with lines of text and a picture on each page, as a mail program or a word processor makes one. */
export const pdfOf = (pages: readonly PdfPage[], trailer = ''): Buffer => {
  const FIRST_PAGE = 4;
  const OBJECTS_PER_PAGE = 3;
  const kids = pages.map((_page, index) => `${FIRST_PAGE + index * OBJECTS_PER_PAGE} 0 R`);
  const objects: PdfObject[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${kids.join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [index, { lines = [], picture = EMPTY_PICTURE, size = A4 }] of pages.entries()) {
    const own = FIRST_PAGE + index * OBJECTS_PER_PAGE;
    const text = lines.map((line, at) => `BT /F 12 Tf 40 ${size[1] - 40 - at * 16} Td (${line}) Tj ET`);
    const image = `q ${PICTURE_POINTS} 0 0 ${PICTURE_POINTS} 40 40 cm /I Do Q`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${size.join(' ')}] /Contents ${own + 1} 0 R ` +
        `/Resources << /Font << /F 3 0 R >> /XObject << /I ${own + 2} 0 R >> >> >>`,
      { entries: '', bytes: Buffer.from([...text, image].join('\n')) },
      {
        entries:
          `/Type /XObject /Subtype /Image /Width ${picture.width} /Height ${picture.height} ` +
          '/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode',
        bytes: deflateSync(picture.rgb),
      },
    );
  }
  return writePdf(objects, trailer);
};

const EMPTY_PICTURE: PdfPicture = { width: 1, height: 1, rgb: new Uint8Array([255, 255, 255]) };
