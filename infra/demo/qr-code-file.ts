/** QR codes as others make and read them: with another encoder and another decoder than the product's own first ones. */
import encodeQR from 'qr';
import decodeQR from 'qr/decode.js';
import sharp from 'sharp';

/** Points, of which an inch has 72. */
const A4 = { width: 595, height: 842 } as const;
/** 3 points, about 1 mm: a code of 41 modules is 4 cm wide, as operators print them. */
const MODULE_POINTS = 3;
const QUIET_ZONE_MODULES = 4;
const MARGIN_POINTS = 72;

/** A letter as a provider mails it: on its first page words, on its second the QR code of the text, drawn as squares. */
export const letterWithQrCode = (text: string): Buffer =>
  pdf([
    'BT /F 12 Tf 72 760 Td (Your eSIM is ready.) Tj 0 -20 Td (The QR code is on the next page.) Tj ET',
    `BT /F 12 Tf 72 760 Td (Scan this code with your phone.) Tj ET\n${squaresOf(text)}`,
  ]);

const squaresOf = (text: string): string => {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE_MODULES });
  const squares = rows.flatMap((row, fromTop) =>
    row.flatMap((isBlack, fromLeft) => {
      if (!isBlack) return [];
      const x = MARGIN_POINTS + fromLeft * MODULE_POINTS;
      const y = A4.height / 2 - fromTop * MODULE_POINTS;
      return [`${x} ${y} ${MODULE_POINTS} ${MODULE_POINTS} re`];
    }),
  );
  return [...squares, 'f'].join('\n');
};

/** A PDF of these pages, each given as what is drawn on it. */
const pdf = (pages: readonly string[]): Buffer => {
  const FIRST_PAGE = 4;
  const kids = pages.map((_page, index) => `${FIRST_PAGE + 2 * index} 0 R`);
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${kids.join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((drawing, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${A4.width} ${A4.height}] ` +
        `/Contents ${FIRST_PAGE + 2 * index + 1} 0 R /Resources << /Font << /F 3 0 R >> >> >>`,
      `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
    ]),
  ];
  let file = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(`${file}${table}${trailer}`, 'latin1');
};

/** The QR code of the text as a picture. */
export const pictureOfQrCode = async (text: string): Promise<Buffer> => {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE_MODULES });
  const pixels = Uint8Array.from(rows.flat(), (isBlack) => (isBlack ? 0 : 255));
  const scale = 8;
  return sharp(pixels, { raw: { width: rows.length, height: rows.length, channels: 1 } })
    .resize(rows.length * scale, rows.length * scale, { kernel: 'nearest' })
    .png()
    .toBuffer();
};

/** The decoder may try on for so long; by itself it thinks of a camera's next frame. */
const TRIED_FOR_MS = 10_000;

/** What the QR code in the picture says. @throws if there is none, or the bytes are no picture */
export const readQrCode = async (picture: Uint8Array): Promise<string> => {
  const { data, info } = await sharp(picture)
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return decodeQR({ data, width: info.width, height: info.height }, { timeLimit: TRIED_FOR_MS });
};
