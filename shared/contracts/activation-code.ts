/**
 * The eSIM activation code (SGP.22 §4.1): read from what a QR code holds or a person types, and written back.
 *
 *     AC = "1" "$" SM-DP+ address "$" matching id [ "$" [SM-DP+ OID] [ "$" "1" ] ]
 *
 * In a QR code "LPA:" stands before it. Whoever holds a code can take the line over: it is a secret.
 */
export interface ActivationCode {
  /** A fully qualified domain name, in the letter case it was read in; compared without it. */
  readonly smdpAddress: string;
  /** Empty: the SM-DP+ knows by the device which profile it is, and many SIMs have the same code. */
  readonly matchingId: string;
  readonly smdpOid: string | null;
  /** A confirmation code will be asked for; it is never in here and travels by another channel. */
  readonly confirmationCodeRequired: boolean;
}

/** Why a text is no activation code. */
export const ACTIVATION_CODE_FAULTS = [
  'empty',
  /** It opens a web page, and is not one of the install links that hold a code. */
  'web_page',
  'not_activation_code',
  'too_long',
  'smdp_address',
  'matching_id',
  'smdp_oid',
  'confirmation_flag',
] as const;
export type ActivationCodeFault = (typeof ACTIVATION_CODE_FAULTS)[number];

export type ReadActivationCode =
  | { readonly ok: true; readonly code: ActivationCode }
  | { readonly ok: false; readonly fault: ActivationCodeFault };

/** SGP.22 §4.1.1, without the prefix. */
const LONGEST_READ = 255;
/** So that what we write keeps to the limit with its prefix too. */
const LONGEST_WRITTEN = 251;
const PREFIX = 'LPA:';
/** RFC 1035 §2.3.4. */
const LONGEST_DOMAIN_NAME = 253;

const FIELD_SEPARATOR = '$';
const FORMAT = '1';
const CONFIRMATION_NEEDED = '1';
/** Nothing, or the flag put down as not set, which the grammar would leave out and phones read as that. */
const CONFIRMATION_NOT_NEEDED: readonly (string | undefined)[] = [undefined, '', '0'];

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** At least two labels, the last one not of digits alone: an IP address is no domain name. */
const DOMAIN_NAME = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`, 'i');
const MATCHING_ID = /^[0-9A-Za-z-]*$/;
const OBJECT_IDENTIFIER = /^[0-2](?:\.(?:0|[1-9]\d*))+$/;
const INSTALL_LINK = /^https:\/\/esimsetup\.(?:apple|android)\.com\/esim_qrcode_provisioning\?(.*)$/i;
const WEB_PAGE = /^(?:https?:\/\/|www\.)/i;

/**
 * Reads an activation code with or without its prefix, in any letter case, with white space around it; or the one in
 * an install link. What follows the confirmation flag is ignored.
 */
export const readActivationCode = (text: string): ReadActivationCode => {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, fault: 'empty' };
  const linked = INSTALL_LINK.exec(trimmed)?.[1];
  if (linked !== undefined) {
    const cardData = cardDataOf(linked);
    return cardData === null ? { ok: false, fault: 'web_page' } : readFields(cardData);
  }
  if (WEB_PAGE.test(trimmed)) return { ok: false, fault: 'web_page' };
  return readFields(trimmed);
};

const readFields = (text: string): ReadActivationCode => {
  const fault = (name: ActivationCodeFault): ReadActivationCode => ({ ok: false, fault: name });
  const bare = text.slice(0, PREFIX.length).toUpperCase() === PREFIX ? text.slice(PREFIX.length).trim() : text;
  const [format, smdpAddress, matchingId, smdpOid, flag] = bare.split(FIELD_SEPARATOR);
  if (format !== FORMAT || smdpAddress === undefined || matchingId === undefined) return fault('not_activation_code');
  if (bare.length > LONGEST_READ) return fault('too_long');
  if (smdpAddress.length > LONGEST_DOMAIN_NAME || !DOMAIN_NAME.test(smdpAddress)) return fault('smdp_address');
  if (!MATCHING_ID.test(matchingId)) return fault('matching_id');
  if (smdpOid !== undefined && smdpOid !== '' && !OBJECT_IDENTIFIER.test(smdpOid)) return fault('smdp_oid');
  const confirmationCodeRequired = flag === CONFIRMATION_NEEDED;
  if (!confirmationCodeRequired && !CONFIRMATION_NOT_NEEDED.includes(flag)) return fault('confirmation_flag');
  return { ok: true, code: { smdpAddress, matchingId, smdpOid: smdpOid || null, confirmationCodeRequired } };
};

/** What `carddata` in the query of an install link stands for; null where there is nothing, or it cannot be read. */
const cardDataOf = (query: string): string | null => {
  const value = query
    .split('#', 1)[0]
    ?.split('&')
    .find((pair) => pair.startsWith('carddata='))
    ?.slice('carddata='.length);
  if (value === undefined) return null;
  try {
    return decodeURIComponent(value).trim() || null;
  } catch {
    return null;
  }
};

/** The code as it is typed, without a prefix; what was read keeps its letter case. */
export const writeActivationCode = ({
  smdpAddress,
  matchingId,
  smdpOid,
  confirmationCodeRequired,
}: ActivationCode): string =>
  [
    FORMAT,
    smdpAddress,
    matchingId,
    ...(smdpOid !== null || confirmationCodeRequired ? [smdpOid ?? ''] : []),
    ...(confirmationCodeRequired ? [CONFIRMATION_NEEDED] : []),
  ].join(FIELD_SEPARATOR);

/** Whether a code of our own making keeps to what is written: upper case, short enough for its prefix. */
export const isWrittenForm = (code: ActivationCode): boolean =>
  code.matchingId === code.matchingId.toUpperCase() && writeActivationCode(code).length <= LONGEST_WRITTEN;

/** What stands in the QR code. */
export const lpaString = (code: ActivationCode): string => `${PREFIX}${writeActivationCode(code)}`;

/** One form for all ways to write the same code: by it codes are compared. */
export const comparableActivationCode = (code: ActivationCode): string =>
  writeActivationCode({
    smdpAddress: code.smdpAddress.toLowerCase(),
    matchingId: code.matchingId.toUpperCase(),
    smdpOid: null,
    confirmationCodeRequired: false,
  });

const SHOWN_OF_MATCHING_ID = 4;

/** By which people tell codes apart without seeing them; empty where the matching id is, or is no longer than that. */
export const lastFour = ({ matchingId }: ActivationCode): string =>
  matchingId.length > SHOWN_OF_MATCHING_ID ? matchingId.slice(-SHOWN_OF_MATCHING_ID) : '';

/** One-tap links that open the installation on a phone or computer. They do not work inside another app's browser. */
export const installLinks = (code: ActivationCode) => {
  const text = lpaString(code);
  return {
    /** iOS 17.4 and later. */
    apple: `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${encodeURIComponent(text)}`,
    /** As far as the phone's maker has it; the QR code is to stand beside it. */
    android: `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${encodeURIComponent(text)}`,
    /** Windows 11 24H2 and later. */
    windows: `lpa:${writeActivationCode(code)}`,
  } as const;
};
