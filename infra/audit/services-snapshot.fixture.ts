/** Services of SIMs in which nothing is wrong: one that waits for its provider, one with a plan and an end to come. */
import { serviceCallKey } from '@simlane/contracts/http/provider-services';
import type { AcceptedServiceChange } from '../provider-sandbox/service-control-api.ts';
import type { DueRow, InventorySnapshot, ServiceCallRow, ServicesRow, TimelineRow } from './snapshot.ts';

interface Of {
  readonly accountId: string;
  readonly earlier: Date;
  readonly later: Date;
}

type Services = Pick<
  InventorySnapshot,
  'services' | 'serviceChanges' | 'driftProposals' | 'serviceReconciliations' | 'due'
>;

export const soundServices = ({ accountId, earlier, later }: Of): Services => {
  const services: ServicesRow = {
    accountId,
    id: 'new-of-done',
    isInUse: true,
    hasIccid: true,
    differs: false,
    deviates: true,
    followsProfile: false,
    call: null,
    scheduledAt: later,
    isArranged: false,
    deviationEndsAt: later,
  };
  const waiting: ServicesRow = {
    ...services,
    id: 'old-of-going',
    deviates: false,
    followsProfile: true,
    differs: true,
    call: { id: 'open-change', kind: 'set', openedAt: earlier },
    scheduledAt: null,
    deviationEndsAt: null,
  };
  const ended = { ...waiting, id: 'old-of-done', isInUse: false, followsProfile: false, differs: false, call: null };
  const due = (kind: string, id: string): DueRow => ({
    accountId,
    id,
    service: 'inventory',
    kind,
    dueAt: later,
    tries: 0,
    lastError: null,
  });
  return {
    services: [services, waiting, ended],
    serviceChanges: [
      { accountId, id: 'pending-change', simId: 'old-of-going', state: 'pending' },
      { accountId, id: 'scheduled-change', simId: 'new-of-done', state: 'scheduled' },
    ],
    driftProposals: [
      { accountId, id: 'open-drift', simId: 'new-of-done', state: 'open', isOfConfirmed: true },
      { accountId, id: 'taken-drift', simId: 'new-of-done', state: 'taken', isOfConfirmed: false },
    ],
    serviceReconciliations: [{ accountId, id: accountId, simId: null, isAsked: true }],
    due: [
      due('sim_services', 'new-of-done'),
      due('sim_services', 'old-of-going'),
      due('scheduled_plans', accountId),
      due('service_reconciliation', accountId),
    ],
  };
};

export const soundServiceCalls = (accountId: string): ServiceCallRow[] => {
  const call = { accountId, providerId: 'provider', simId: 'old-of-going' };
  return [
    { ...call, id: 'taken-call', changeId: 'taken-change', untaken: false, isSettled: true },
    { ...call, id: 'answered-call', changeId: 'open-change', untaken: true, isSettled: false },
  ];
};

export const soundServiceChanges = (): AcceptedServiceChange[] =>
  ['taken-change', 'open-change'].map((changeId) => ({
    changeId,
    providerId: 'provider',
    iccid: 'iccid',
    key: serviceCallKey('old-of-going', changeId),
    accepted: 1,
    requests: 1,
    state: 'answered',
    results: [],
  }));

export const soundServicesTimeline = (accountId: string): TimelineRow[] =>
  [
    ['services_drift_found', 'open-drift'],
    ['services_drift_found', 'taken-drift'],
    ['services_drift_taken', 'taken-drift'],
  ].map(([event = '', about = '']) => ({
    accountId,
    id: `entry-${event}-${about}`,
    subjectType: 'sim',
    subjectId: 'new-of-done',
    orderId: null,
    event,
    about,
  }));
