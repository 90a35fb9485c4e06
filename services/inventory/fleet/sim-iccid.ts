import { hasValidCheckDigit, readIccid } from '@simlane/contracts/iccid';
import type { Warning } from '@simlane/contracts/http/problem';
import type { SimKind } from '@simlane/contracts/sim';
import { ProblemError } from '@simlane/service-kit/problem';

/** What somebody typed as an ICCID, read (domain-facts.md "Identifiers"). Stored without the padding `F`. */
export type EnteredIccid =
  | { readonly ok: true; readonly iccid: string; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problem: IccidFault };

export type IccidFault = 'length' | 'characters' | 'prefix';

const PHYSICAL_MIN_DIGITS = 18;
const PHYSICAL_MAX_DIGITS = 20;

const WRONG_CHECK_DIGIT: Warning = {
  code: 'iccid_check_digit',
  detail: 'The last digit does not fit the others; look whether one was mistyped. Some operators print such ICCIDs',
};
const ONLY_18_DIGITS: Warning = {
  code: 'iccid_18_digits',
  detail: 'An ICCID usually has 19 or 20 digits; some older SIMs are printed with 18',
};
const LETTERS: Warning = {
  code: 'iccid_letters',
  detail: 'An ICCID usually has digits only; some Asian operators print letters from A to E',
};

/** Reads the ICCID of a SIM: an eSIM has 19 or 20 digits, a physical SIM may also have 18, and letters from A to E. */
export const readEnteredIccid = (kind: SimKind, text: string): EnteredIccid =>
  kind === 'esim' ? readEsimIccid(text) : readPhysicalIccid(text);

const readEsimIccid = (text: string): EnteredIccid => {
  const reading = readIccid(text);
  if (!reading.ok) return reading;
  return { ok: true, iccid: reading.iccid, warnings: reading.checkDigit === 'valid' ? [] : [WRONG_CHECK_DIGIT] };
};

const readPhysicalIccid = (text: string): EnteredIccid => {
  const trimmed = text.trim().toUpperCase();
  const iccid = /^.{18,19}F$/.test(trimmed) ? trimmed.slice(0, -1) : trimmed;
  if (!/^[0-9A-E]*$/.test(iccid)) return { ok: false, problem: 'characters' };
  if (iccid.length < PHYSICAL_MIN_DIGITS || iccid.length > PHYSICAL_MAX_DIGITS) return { ok: false, problem: 'length' };
  if (!iccid.startsWith('89')) return { ok: false, problem: 'prefix' };
  const warnings: Warning[] = [];
  const lettered = /[A-E]/.test(iccid);
  const short = iccid.length === PHYSICAL_MIN_DIGITS;
  if (lettered) warnings.push(LETTERS);
  if (short) warnings.push(ONLY_18_DIGITS);
  // With letters there is nothing to compute, and 18 digits are an ICCID printed without its check digit.
  if (!lettered && !short && !hasValidCheckDigit(iccid)) warnings.push(WRONG_CHECK_DIGIT);
  return { ok: true, iccid, warnings };
};

const FAULTS: Record<IccidFault, Record<SimKind, string>> = {
  length: {
    esim: 'The ICCID of an eSIM has 19 or 20 digits',
    physical: 'An ICCID has 18 to 20 characters',
  },
  characters: {
    esim: 'The ICCID of an eSIM has digits only, and may end in the padding F',
    physical: 'An ICCID has digits, or letters from A to E, and may end in the padding F',
  },
  prefix: { esim: 'An ICCID begins with 89', physical: 'An ICCID begins with 89' },
};

export const iccidInvalid = (kind: SimKind, fault: IccidFault): ProblemError =>
  new ProblemError('iccid_invalid', FAULTS[fault][kind], {
    fix: 'Enter the ICCID as the provider gave it or as it is printed on the SIM',
    errors: [{ pointer: '/iccid', detail: FAULTS[fault][kind] }],
  });

/** @param other the SIM that has it, and by which it can be found */
export const iccidInUse = (iccid: string, other: { readonly id: string; readonly name: string }): ProblemError => {
  const detail = `The SIM ${other.name} (${other.id}) has the ICCID ${iccid}`;
  return new ProblemError('iccid_in_use', detail, {
    fix: `Look which of the two is right; if it is this one, correct the ICCID of the SIM ${other.id} first`,
    errors: [{ pointer: '/iccid', detail }],
  });
};

export const reasonRequired = (current: string): ProblemError => {
  const detail = `The SIM has the ICCID ${current}; to correct it, say why`;
  return new ProblemError('reason_required', detail, {
    fix: 'Repeat the request with a reason',
    errors: [{ pointer: '/reason', detail }],
  });
};

/** How a SIM with this ICCID that somebody has or had is to be judged. */
export interface IccidHolder {
  readonly id: string;
  readonly name: string;
  readonly iccid: string;
  readonly discarded: boolean;
}

/**
 * Whether an ICCID may be given to a SIM, in view of the other SIMs with the same digits: refused where one in use
 * has it; a warning where a discarded one had it (it may have been issued again), or where one in use has the same
 * digits but for the check digit.
 *
 * @throws ProblemError `iccid_in_use`
 */
export const judgeHolders = (iccid: string, holders: readonly IccidHolder[]): Warning[] => {
  const warnings: Warning[] = [];
  const inUse = holders.find((holder) => !holder.discarded && holder.iccid === iccid);
  if (inUse !== undefined) throw iccidInUse(iccid, inUse);
  if (holders.some((holder) => holder.discarded && holder.iccid === iccid)) {
    warnings.push({ code: 'iccid_reissued', detail: 'A discarded SIM had this ICCID' });
  }
  const twin = holders.find((holder) => !holder.discarded && holder.iccid !== iccid);
  if (twin !== undefined) {
    warnings.push({
      code: 'iccid_same_but_check_digit',
      detail: `The SIM ${twin.id} has the ICCID ${twin.iccid}: the same digits but for the check digit, so perhaps the same SIM`,
    });
  }
  return warnings;
};
