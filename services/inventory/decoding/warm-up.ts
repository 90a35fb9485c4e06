import encodeQR from 'qr';
import sharp from 'sharp';

/** Any will do: a reader does the same work for all of them. */
const TEXT = 'LPA:1$EXAMPLE.COM$';
const QUIET_ZONE = 4;
const MODULE_PIXELS = 4;

type Rows = readonly (readonly boolean[])[];

/**
 * Small files with a code, by which a process that waits compiles what reads files, so that it need not when it has
 * the one it waits for.
 */
export const warmUpFiles = async (): Promise<readonly Uint8Array[]> => {
  const rows = encodeQR(TEXT, 'raw', { border: QUIET_ZONE });
  return [await pngOf(rows), Buffer.from(encodeQR(TEXT, 'svg')), pdfOf(rows), pdfOf(rows)];
};

const pngOf = (rows: Rows): Promise<Buffer> =>
  sharp(
    Uint8Array.from(rows.flat(), (dark) => (dark ? 0 : 255)),
    { raw: { width: rows.length, height: rows.length, channels: 1 } },
  )
    .resize({ width: rows.length * MODULE_PIXELS, kernel: 'nearest' })
    .png()
    .toBuffer();

/** A page of paper with a line of text, without a table of its objects, which a reader makes itself. */
const pdfOf = (rows: Rows): Buffer => {
  const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`${x} ${y} 1 1 re`] : [])));
  const drawing = ['BT /F 12 Tf 40 800 Td (eSIM) Tj ET', '9 0 0 9 90 300 cm', ...squares, 'f'].join('\n');
  return Buffer.from(
    `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj
4 0 obj << /Length ${drawing.length} >> stream
${drawing}
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
trailer << /Root 1 0 R >>
%%EOF`,
    'latin1',
  );
};
