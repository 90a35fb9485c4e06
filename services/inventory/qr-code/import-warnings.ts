import { hasValidCheckDigit, isEid } from '@simlane/contracts/iccid';
import type { QrCodeSource, QrCodeWarning } from '@simlane/contracts/qr-code';
import type { StoredWarning } from '../database.ts';
import type { ImportedCode } from './imported-code.ts';

export interface ImportContext {
  /** SM-DP+ addresses that the provider is known to use. */
  readonly knownAddresses: readonly string[];
  readonly providerName: string | null;
  readonly sim: { readonly iccid: string | null; readonly eid: string | null };
  readonly source: QrCodeSource;
  /** Who imported the code that is there; null where there is none. */
  readonly currentSource: QrCodeSource | null;
}

/** What is noticed about a code that can be read (product.md §4). None of them makes it wrong. */
export const warningsOf = ({ code, texts }: ImportedCode, context: ImportContext): StoredWarning[] => {
  const { knownAddresses, providerName, sim, source, currentSource } = context;
  const { smdpAddress, matchingId } = code;
  const warn = (name: QrCodeWarning, detail: string): StoredWarning => ({ code: name, detail });
  const iccids = printedIccids(texts);
  const eids = printedEids(texts);
  const isKnown = knownAddresses.some((address) => address.toLowerCase() === smdpAddress.toLowerCase());
  return [
    ...(isKnown || source === 'provider'
      ? []
      : [
          warn(
            'smdp_address_unknown',
            `${providerName ?? 'The provider'} is not known to use the address ${smdpAddress}`,
          ),
        ]),
    ...(matchingId === ''
      ? [warn('matching_id_empty', 'The code is the same for many SIMs: which profile comes is known by the device')]
      : []),
    ...(matchingId !== matchingId.toUpperCase()
      ? [warn('matching_id_lower_case', 'The matching id has small letters, which phones accept')]
      : []),
    ...(sim.iccid !== null && iccids.length > 0 && !iccids.some((iccid) => isSameIccid(iccid, sim.iccid))
      ? [warn('iccid_differs', `The file names the ICCID ${iccids.join(', ')}; the SIM has ${sim.iccid}`)]
      : []),
    ...(sim.eid !== null && eids.length > 0 && !eids.includes(sim.eid)
      ? [warn('eid_differs', `The file names the EID ${eids.join(', ')}; the SIM is for ${sim.eid}`)]
      : []),
    ...(source === 'upload_link' && currentSource !== null && currentSource !== 'upload_link'
      ? [
          warn(
            'replaces_import',
            'The SIM has a code that was not imported through a link, and keeps it until this one is accepted',
          ),
        ]
      : []),
  ];
};

/** What came through a link is no code until a user accepts it, where one of these is noticed. */
const WAITS_FOR_USER: readonly QrCodeWarning[] = ['smdp_address_unknown', 'replaces_import'];

export const waitsForUser = (source: QrCodeSource, warnings: readonly StoredWarning[]): boolean =>
  source === 'upload_link' && warnings.some(({ code }) => WAITS_FOR_USER.includes(code));

/** Digits as they are printed: in groups, with spaces, hyphens or points between them. */
const PRINTED_NUMBER = /\d(?:[ .-]?\d){17,31}F?/gi;
const ICCID_DIGITS: readonly number[] = [19, 20];
/** More than these are a list of SIMs, and say nothing of this one. */
const MOST_PRINTED = 5;

const printedNumbers = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.match(PRINTED_NUMBER) ?? []).map((number) => number.replaceAll(/\D/g, ''));

const printedIccids = (texts: readonly string[]): string[] =>
  few(
    printedNumbers(texts).filter(
      (digits) => digits.startsWith('89') && ICCID_DIGITS.includes(digits.length) && hasValidCheckDigit(digits),
    ),
  );

const printedEids = (texts: readonly string[]): string[] => few(printedNumbers(texts).filter(isEid));

const few = (numbers: readonly string[]): string[] => {
  const distinct = [...new Set(numbers)];
  return distinct.length > MOST_PRINTED ? [] : distinct;
};

/** With and without its check digit it is the same SIM. */
const isSameIccid = (printed: string, known: string | null): boolean =>
  known !== null && (printed === known || printed.slice(0, -1) === known || printed === known.slice(0, -1));
