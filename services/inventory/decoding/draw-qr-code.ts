import { toBuffer, toString } from 'qrcode';

/** Withstands a smudge without making the modules small (SGP.22 names no level). */
const ERROR_CORRECTION = 'M';
/** Modules of white around a code (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** Pixels for each module: a code of 41 modules with its quiet zone is 490 wide, which scans from a screen and prints at 4 cm. */
const MODULE_PIXELS = 10;

const DRAWING = { errorCorrectionLevel: ERROR_CORRECTION, margin: QUIET_ZONE } as const;

/** The code of this text with sharp modules, black on white. The same text is always drawn the same. */
export const drawQrCodePng = (text: string): Promise<Buffer> =>
  toBuffer(text, { ...DRAWING, type: 'png', scale: MODULE_PIXELS });

/** As above, as a drawing that can be of any size. */
export const drawQrCodeSvg = (text: string): Promise<string> => toString(text, { ...DRAWING, type: 'svg' });
