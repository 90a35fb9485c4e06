/**
 * What SIMs may do, wanted and confirmed, and what that is owed: once more, and on purpose not imported from where
 * inventory has it.
 */
import type { DriftState } from '@simlane/contracts/drift';
import { serviceCallKey } from '@simlane/contracts/http/provider-services';
import { broken, type Finding, settling } from './finding.ts';
import type { DriftProposalRow, InventorySnapshot, ServicesRow, Snapshot } from './snapshot.ts';

const HOUR_MS = 60 * 60 * 1000;
/** A call is sent by the workflow that has opened it, as soon as order answers. */
const SENT_WITHIN_MS = 15 * 60 * 1000;
/** On the first of a month a provider is given no more than it takes; a day is enough for a hundred thousand SIMs. */
const PLAN_WANTED_WITHIN_MS = 24 * HOUR_MS;
/** It waits for the catalog, and for nothing else. */
const DEVIATION_ENDED_WITHIN_MS = HOUR_MS;

/** Invariant 1, of the services: a provider has taken each change once, under its own key. */
export const checkServiceChangesTaken = ({ order, provider }: Snapshot): Finding[] => {
  const calls = new Map(order.serviceCalls.map((call) => [call.changeId, call]));
  return provider.serviceChanges.flatMap(({ changeId, accepted, key }): Finding[] => {
    const call = calls.get(changeId);
    const place = { accountId: call?.accountId ?? null };
    const isOther = call !== undefined && key !== serviceCallKey(call.simId, changeId);
    return [
      ...(accepted > 1
        ? [broken(1, place, `the provider has taken service change ${changeId} ${accepted} times`)]
        : []),
      ...(isOther ? [broken(1, place, `service change ${changeId} was sent under the key ${key}`)] : []),
    ];
  });
};

/** Invariant 9, of the services: what differs, waits or is to come has somebody who looks at it. */
export const checkServicesWork = (snapshot: Snapshot): Finding[] => {
  const { inventory, order, readAt } = snapshot;
  const due = new Set(inventory.due.map(({ kind, id }) => `${kind} ${id}`));
  const known = new Set(order.serviceCalls.map(({ changeId }) => changeId));
  const late = (time: Date | null, withinMs: number): boolean =>
    time !== null && readAt.getTime() - time.getTime() > withinMs;
  const inUse = inventory.services.filter(({ isInUse }) => isInUse);
  return [
    ...inUse.flatMap((row): Finding[] => {
      const { id, hasIccid, differs, call, scheduledAt, deviationEndsAt } = row;
      const isOwed = (hasIccid && (differs || call !== null)) || deviationEndsAt !== null;
      const isUnsent = hasIccid && call?.kind === 'set' && late(call.openedAt, SENT_WITHIN_MS) && !known.has(call.id);
      return [
        ...(isOwed && !due.has(`sim_services ${id}`)
          ? [broken(9, row, `something of what SIM ${id} may do is owed, and nothing is due for it`)]
          : []),
        ...(isUnsent ? [settling(9, row, `SIM ${id} waits for service call ${call.id}, which was never sent`)] : []),
        ...(late(scheduledAt, PLAN_WANTED_WITHIN_MS)
          ? [settling(9, row, `the plan of SIM ${id} was due at ${scheduledAt?.toISOString()} and is not wanted yet`)]
          : []),
        ...(late(deviationEndsAt, DEVIATION_ENDED_WITHIN_MS)
          ? [settling(9, row, `the deviation of SIM ${id} was to end at ${deviationEndsAt?.toISOString()}`)]
          : []),
      ];
    }),
    ...ofAccounts(inUse.filter(({ scheduledAt }) => scheduledAt !== null))
      .filter((accountId) => !due.has(`scheduled_plans ${accountId}`))
      .map((accountId) => broken(9, { accountId }, 'plans are scheduled, and nothing is due for them')),
    ...ofAccounts(inventory.services)
      .filter((accountId) => !due.has(`service_reconciliation ${accountId}`))
      .map((accountId) => broken(9, { accountId }, 'SIMs have services, and nothing is due to compare them')),
    ...inventory.serviceReconciliations
      .filter(({ isAsked, id }) => isAsked && !due.has(`service_reconciliation ${id}`))
      .map((row) => broken(9, row, `reconciliation ${row.id} is asked for, and nothing is due for it`)),
  ];
};

const ofAccounts = (rows: readonly ServicesRow[]): string[] => [...new Set(rows.map(({ accountId }) => accountId))];

/** Invariant 10: what is wanted, asked for, confirmed and proposed of a SIM fits together. */
export const checkServices = ({ inventory, order }: Snapshot): Finding[] => {
  const services = new Map(inventory.services.map((row) => [row.id, row]));
  const calls = new Map(order.serviceCalls.map((call) => [call.changeId, call]));
  return [
    ...inventory.services.flatMap((row): Finding[] => {
      const { id, isInUse, hasIccid, followsProfile, deviates, call } = row;
      // Order was read before: what it knows to be taken was taken by then.
      const isTaken = call !== null && hasIccid && calls.get(call.id)?.isSettled === true;
      return [
        ...(isInUse && !deviates && !followsProfile
          ? [broken(10, row, `SIM ${id} is to do something else than its profile, and does not deviate`)]
          : []),
        ...(isInUse && isTaken
          ? [broken(10, row, `SIM ${id} waits for service call ${call.id}, which is answered`)]
          : []),
      ];
    }),
    ...inventory.serviceChanges.flatMap((change): Finding[] => {
      const sim = services.get(change.simId);
      if (sim === undefined || !isIdle(sim, change.state)) return [];
      return [broken(10, change, `service change ${change.id} is ${change.state}, and nothing of SIM ${sim.id} is`)];
    }),
    ...inventory.driftProposals.flatMap((proposal) => checkProposal(proposal, services.get(proposal.simId))),
    ...checkDriftHistory(inventory),
  ];
};

const isIdle = (sim: ServicesRow, state: 'pending' | 'scheduled'): boolean => {
  const { isInUse, differs, call, scheduledAt, isArranged } = sim;
  if (!isInUse) return true;
  return !isArranged && (state === 'scheduled' ? scheduledAt === null : !differs && call === null);
};

const checkProposal = (proposal: DriftProposalRow, sim: ServicesRow | undefined): Finding[] => {
  if (proposal.state !== 'open') return [];
  if (sim?.isInUse !== true)
    return [broken(10, proposal, `drift proposal ${proposal.id} is open of a SIM that has ended`)];
  return proposal.isOfConfirmed
    ? []
    : [broken(10, proposal, `drift proposal ${proposal.id} names as ours what is not confirmed`)];
};

/** What a proposal is told by, once it is so. */
const ENTRIES = {
  services_drift_found: ['open', 'taken', 'pushed', 'resolved'],
  services_drift_taken: ['taken'],
  services_drift_pushed: ['pushed'],
  services_drift_resolved: ['resolved'],
} as const satisfies Record<string, readonly DriftState[]>;

/** Invariant 8, of proposals: that one was found stands on the SIM's timeline once, and so does what became of it. */
const checkDriftHistory = ({ driftProposals, timeline }: InventorySnapshot): Finding[] => {
  const told = Map.groupBy(timeline, ({ about, subjectId, event }) => `${subjectId} ${event} ${about}`);
  return driftProposals.flatMap((proposal) => {
    const { id, simId, state } = proposal;
    return Object.entries<readonly DriftState[]>(ENTRIES).flatMap(([event, states]): Finding[] => {
      const expected = states.includes(state) ? 1 : 0;
      const times = told.get(`${simId} ${event} ${id}`)?.length ?? 0;
      return times === expected
        ? []
        : [broken(8, proposal, `SIM ${simId} has ${times} entries ${event} of drift proposal ${id}, not ${expected}`)];
    });
  });
};
