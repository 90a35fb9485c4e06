import {
  type ActivationCode,
  type ActivationCodeFault,
  comparableActivationCode,
  lastFour,
  readActivationCode,
} from '@simlane/contracts/activation-code';
import { ACCEPTED_FORMATS, type QrFileFormat } from '@simlane/contracts/qr-code';
import { ProblemError } from '@simlane/service-kit/problem';
import type { Decoded } from '../decoding/decoder.ts';

/** An activation code as it was imported, with what else stood in its file. */
export interface ImportedCode {
  readonly code: ActivationCode;
  readonly format: QrFileFormat | null;
  /** Texts of the file beside the code, such as a printed ICCID. */
  readonly texts: readonly string[];
}

/** Why what was imported is refused, with what a page needs to say it in another language. */
export class ImportRefusal extends ProblemError {
  override readonly name = 'ImportRefusal';
  readonly fault: ActivationCodeFault | null;
  readonly lastFours: readonly string[];

  constructor(
    code: ConstructorParameters<typeof ProblemError>[0],
    texts: { detail: string; fix: string },
    values: { fault?: ActivationCodeFault; lastFours?: readonly string[] } = {},
  ) {
    super(code, texts.detail, { fix: texts.fix });
    this.fault = values.fault ?? null;
    this.lastFours = values.lastFours ?? [];
  }
}

const OR_TYPE_IT = 'or type or paste the activation code, which begins with LPA:1$';
const UNREADABLE = {
  format: {
    code: 'file_format',
    detail: `The file is none of ${ACCEPTED_FORMATS.join(', ')}`,
    fix: `Send a file in one of these formats, ${OR_TYPE_IT}`,
  },
  encrypted: {
    code: 'file_encrypted',
    detail: 'The file is protected by a password',
    fix: `Send it without a password, ${OR_TYPE_IT}`,
  },
  broken: {
    code: 'file_broken',
    detail: 'The file is incomplete or broken',
    fix: `Save it anew and send it again, ${OR_TYPE_IT}`,
  },
  too_complex: {
    code: 'file_too_complex',
    detail: 'The file takes more to be read than a picture of a QR code would',
    fix: `Send the QR code alone as a PNG, ${OR_TYPE_IT}`,
  },
} as const;

/**
 * The one activation code in a file that was read. Other QR codes in it are of no interest.
 *
 * @throws ImportRefusal `file_format`, `file_encrypted`, `file_broken`, `file_too_complex`, `qr_code_not_found`,
 *   `not_activation_code`, `two_activation_codes`
 */
export const codeInFile = (decoded: Decoded): ImportedCode => {
  if (decoded.outcome === 'unreadable') {
    const { code, ...texts } = UNREADABLE[decoded.reason];
    throw new ImportRefusal(code, texts);
  }
  const readings = decoded.codes.map(({ text }) => readActivationCode(text));
  const byComparison = new Map<string, ActivationCode>();
  for (const reading of readings) {
    if (reading.ok) byComparison.set(comparableActivationCode(reading.code), reading.code);
  }
  const [code, ...others] = [...byComparison.values()];
  if (code === undefined) throw noCode(readings.flatMap((reading) => (reading.ok ? [] : [reading.fault])));
  if (others.length > 0) throw severalCodes([code, ...others]);
  // What was no activation code is kept apart from the texts: a second QR code can hold the EID.
  const texts = [...decoded.texts, ...decoded.codes.map(({ text }) => text)].filter(
    (text) => !readActivationCode(text).ok,
  );
  return { code, format: decoded.format, texts };
};

/** @throws ImportRefusal `not_activation_code` */
export const codeTyped = (text: string): ImportedCode => {
  const reading = readActivationCode(text);
  if (!reading.ok) throw notActivationCode(reading.fault, 'text');
  return { code: reading.code, format: null, texts: [] };
};

/** The fault that tells most: one in a field says that the rest was right. */
const BY_TELLING: readonly ActivationCodeFault[] = [
  'smdp_address',
  'matching_id',
  'smdp_oid',
  'confirmation_flag',
  'too_long',
  'web_page',
  'not_activation_code',
  'empty',
];

const noCode = (faults: readonly ActivationCodeFault[]): ImportRefusal => {
  const fault = BY_TELLING.find((one) => faults.includes(one));
  if (fault !== undefined) return notActivationCode(fault, 'file');
  return new ImportRefusal('qr_code_not_found', {
    detail: 'No QR code was found in the file',
    fix: `Send a sharper picture in which the whole QR code is seen, ${OR_TYPE_IT}`,
  });
};

const severalCodes = (codes: readonly ActivationCode[]): ImportRefusal => {
  const lastFours = codes.map(lastFour).toSorted();
  return new ImportRefusal(
    'two_activation_codes',
    {
      detail: `The file holds ${codes.length} activation codes, ending in ${lastFours.map((four) => four || 'nothing').join(' and ')}`,
      fix: `Send the one that belongs to this SIM alone, ${OR_TYPE_IT}`,
    },
    { lastFours },
  );
};

const FAULTS: Record<ActivationCodeFault, string> = {
  empty: 'it is empty',
  web_page: 'it opens a web page; the eSIM code begins with LPA:1$',
  not_activation_code: 'it is something else; the eSIM code begins with LPA:1$',
  too_long: 'it is longer than 255 characters',
  smdp_address: 'its second field is not the domain name of an SM-DP+',
  matching_id: 'its matching id has other characters than 0-9, A-Z and -',
  smdp_oid: 'its fourth field is not an object identifier',
  confirmation_flag: 'its last field is not the flag of a confirmation code',
};

const notActivationCode = (fault: ActivationCodeFault, where: 'file' | 'text'): ImportRefusal =>
  new ImportRefusal(
    'not_activation_code',
    {
      detail:
        where === 'file'
          ? `This is a QR code, but no eSIM activation code: ${FAULTS[fault]}`
          : `This is no eSIM activation code: ${FAULTS[fault]}`,
      fix:
        where === 'file'
          ? `Look for the QR code that the provider made for the eSIM, ${OR_TYPE_IT}`
          : 'Copy the activation code as the provider gave it: LPA:1$, the address, $, the matching id',
    },
    { fault },
  );
