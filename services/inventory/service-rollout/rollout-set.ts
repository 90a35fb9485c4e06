/** Which SIMs a rollout is over, and which rows of what was given are none. Pure. */
import type { RolloutOver } from '@simlane/contracts/http/service-rollouts';
import type { Warning } from '@simlane/contracts/http/problem';
import type { SimState } from '@simlane/contracts/sim';
import { ProblemError } from '@simlane/service-kit/problem';
import { refusalOfWarnings } from '../accepted-warnings.ts';
import type { IccidRow } from './iccid-list.ts';

export interface FoundSim {
  readonly id: string;
  readonly iccid: string | null;
  readonly state: SimState;
  readonly providerId: string;
}

export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** What was given one by one, judged. */
export interface Judged {
  readonly simIds: readonly string[];
  readonly faults: readonly Fault[];
  readonly rows: number;
}

/** @param providerId of the profile that they are to be migrated to; null: of any */
export const judgeIds = (
  ids: readonly string[],
  found: ReadonlyMap<string, FoundSim>,
  providerId: string | null,
): Judged => {
  const taken = new Map<string, number>();
  const faults = ids.flatMap((id, index): Fault[] => {
    const before = taken.get(id);
    const sim = found.get(id);
    const detail =
      before !== undefined
        ? `The same SIM as /over/simIds/${before}`
        : simFault(sim, 'There is no such SIM', providerId);
    if (detail !== null) return [{ pointer: `/over/simIds/${index}`, detail }];
    taken.set(id, index);
    return [];
  });
  return { simIds: [...taken.keys()], faults, rows: ids.length };
};

/** The same of a file of ICCIDs; `found` is by ICCID, a SIM in use before one that was discarded. */
export const judgeIccids = (
  rows: readonly IccidRow[],
  found: ReadonlyMap<string, FoundSim>,
  providerId: string | null,
): Judged => {
  const simIds: string[] = [];
  const faults = rows.flatMap(({ row, reading }): Fault[] => {
    const detail = 'fault' in reading ? reading.fault : iccidFault(reading, found, providerId);
    if (detail !== null) return [{ pointer: '/over/csv', detail: `Row ${row}: ${detail}` }];
    if ('iccid' in reading) simIds.push(found.get(reading.iccid)?.id ?? '');
    return [];
  });
  return { simIds, faults, rows: rows.length };
};

const iccidFault = (
  { iccid, hasWrongCheckDigit }: { readonly iccid: string; readonly hasWrongCheckDigit: boolean },
  found: ReadonlyMap<string, FoundSim>,
  providerId: string | null,
): string | null => {
  const unknown = hasWrongCheckDigit
    ? `No SIM has the ICCID ${iccid}, and its last digit does not fit the others; look whether one was mistyped`
    : `No SIM has the ICCID ${iccid}`;
  return simFault(found.get(iccid), unknown, providerId);
};

const simFault = (sim: FoundSim | undefined, unknown: string, providerId: string | null): string | null => {
  if (sim === undefined) return unknown;
  if (sim.state === 'discarded') return 'The SIM is discarded';
  if (sim.state === 'temporary') return 'The SIM is temporary; change the SIM that is on the line';
  return providerId !== null && sim.providerId !== providerId ? OTHER_PROVIDER : null;
};

export const OTHER_PROVIDER = 'The SIM is one of another provider than the service profile';

/** More than anybody corrects by hand; the counts say how many there are. */
export const MOST_FAULTS = 1_000;

export const isList = (over: RolloutOver): over is Extract<RolloutOver, { simIds: unknown } | { csv: unknown }> =>
  'simIds' in over || 'csv' in over;

/** The warning that goes with what cannot be used; none where all can. */
export const unusableWarnings = (
  over: RolloutOver,
  { faults, rows }: Pick<Judged, 'rows'> & { faults: number },
): Warning[] => {
  if (faults === 0) return [];
  const [code, what] = 'csv' in over ? (['rows_unusable', 'rows'] as const) : (['sims_unusable', 'SIMs'] as const);
  const named = faults > MOST_FAULTS ? `; the first ${MOST_FAULTS} are named` : '';
  return [{ code, detail: `${faults} of ${rows} ${what} cannot be used and would be left out${named}` }];
};

/** @throws ProblemError `warnings_not_accepted` with what is wrong with each row */
export const requireAcceptedFaults = (
  warnings: readonly Warning[],
  faults: readonly Fault[],
  accepted: readonly string[],
): void => {
  const refusal = refusalOfWarnings(warnings, accepted);
  if (refusal === undefined) return;
  throw new ProblemError(refusal.code, refusal.detail, { ...refusal.details, errors: faults.slice(0, MOST_FAULTS) });
};

export const emptyRollout = (faults: readonly Fault[]): ProblemError =>
  new ProblemError('rollout_empty', 'There is no SIM that this rollout could change', {
    fix: 'Choose a profile, a group or a list with SIMs in use of the provider of the service profile',
    ...(faults.length === 0 ? {} : { errors: faults.slice(0, MOST_FAULTS) }),
  });
