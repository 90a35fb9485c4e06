import type { IccidIssue } from '@simlane/contracts/http/inventory-internal';
import { isEid, readIccid } from '@simlane/contracts/iccid';

/**
 * Which ICCID the new eSIM gets (product.md §3): the provider's, else the one that was entered, else none yet. One
 * that is malformed, or that another SIM in use has, counts as missing. A wrong check digit does not: some operators
 * publish such ICCIDs, and the provider has switched.
 */

/** What was said of the ICCID so far. */
export interface SaidIccids {
  /** By the provider, the newest word first. */
  readonly signalled: readonly string[];
  /** By a person. */
  readonly entered: string | null;
}

/** Which SIM in use has an ICCID. */
export type Holders = ReadonlyMap<string, string>;

export interface IccidJudgement {
  readonly iccid: string | null;
  /** Null where it is what the provider said, or where he said nothing and it was entered. */
  readonly issue: IccidIssue | null;
  /** What was entered, where the provider's word won over it. */
  readonly overruledEntry: string | null;
}

/** The ICCID as it is stored, or null where it is malformed. */
export const usableForm = (text: string): string | null => {
  const reading = readIccid(text);
  return reading.ok ? reading.iccid : null;
};

/** Everything that is to be looked up before judging. */
export const formsToLookUp = ({ signalled, entered }: SaidIccids): string[] => [
  ...new Set([...signalled, ...(entered === null ? [] : [entered])].flatMap((text) => usableForm(text) ?? [])),
];

export const judgeIccid = ({ signalled, entered }: SaidIccids, holders: Holders): IccidJudgement => {
  const isFree = (text: string): boolean => {
    const form = usableForm(text);
    return form !== null && !holders.has(form);
  };
  const word = signalled.find(isFree);
  if (word !== undefined) {
    const iccid = usableForm(word);
    return { iccid, issue: null, overruledEntry: entered !== null && entered !== iccid ? entered : null };
  }
  const said = signalled[0];
  if (entered !== null && isFree(entered)) {
    const issue: IccidIssue | null =
      said === undefined ? null : { code: 'iccid_differs', signalled: said, current: entered };
    return { iccid: entered, issue, overruledEntry: null };
  }
  return { iccid: null, issue: missing(said ?? entered, holders), overruledEntry: null };
};

const missing = (said: string | null, holders: Holders): IccidIssue => {
  if (said === null) return { code: 'iccid_missing', reason: 'none_given', otherSimId: null };
  const otherSimId = holders.get(usableForm(said) ?? '');
  return otherSimId === undefined
    ? { code: 'iccid_missing', reason: 'malformed', otherSimId: null }
    : { code: 'iccid_missing', reason: 'in_use', otherSimId };
};

/** The EID that the provider said, or null where it is none: it is only kept, and nothing waits for it. */
export const usableEid = (text: string | null): string | null => {
  const eid = text?.trim() ?? '';
  return isEid(eid) ? eid : null;
};
