import type { ProviderServiceChange } from '@simlane/contracts/http/provider-services';
import type {
  AcceptedServiceChange,
  ServiceRequestSort,
  ServiceResult,
  ServiceRule,
  SimServices,
} from './service-control-api.ts';
import type { SandboxEvent } from './sandbox-event.ts';
import type { ServiceDecision, ServiceEvent } from './service-event.ts';

export interface ServiceChangeRecord extends AcceptedServiceChange {
  readonly change: ProviderServiceChange;
  /** When the results are said by themselves; null: on command, or said already. */
  readonly answerAt: string | null;
}

/** What came under a key, and how it was decided. */
interface DecidedChange {
  readonly iccid: string;
  readonly change: ProviderServiceChange;
  readonly decision: ServiceDecision;
}

/** What the sandbox knows of the services of SIMs. */
export interface ServiceState {
  apply(event: ServiceEvent): void;
  rules(): readonly ServiceRule[];
  /** A SIM that nobody has spoken of has no services. */
  of(providerId: string, iccid: string): SimServices;
  change(providerId: string, changeId: string): ServiceChangeRecord | undefined;
  changes(): readonly ServiceChangeRecord[];
  decided(providerId: string, key: string): DecidedChange | undefined;
  /** How often a request of this sort about the SIM has come, whatever was answered. */
  received(sort: ServiceRequestSort, providerId: string, iccid: string): number;
}

const KINDS: Readonly<Record<ServiceEvent['kind'], true>> = {
  service_rules_put: true,
  service_change_received: true,
  service_change_answered: true,
  service_request_received: true,
  plan_unscheduled: true,
  services_set: true,
};

export const isServiceEvent = (event: SandboxEvent): event is ServiceEvent => Object.hasOwn(KINDS, event.kind);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: SimServices = { options: {}, ratePlan: null, scheduled: [] };

const pair = (providerId: string, id: string): string => `${providerId} ${id}`;

export const createServiceState = (): ServiceState => {
  let rules: readonly ServiceRule[] = [];
  const sims = new Map<string, SimServices>();
  const changes = new Map<string, Mutable<ServiceChangeRecord>>();
  const keys = new Map<string, DecidedChange>();
  const requests = new Map<string, number>();
  const counts = new Map<string, number>();

  const of = (providerId: string, iccid: string): SimServices => sims.get(pair(providerId, iccid)) ?? NONE;

  const increment = (map: Map<string, number>, key: string): number => {
    const number = (map.get(key) ?? 0) + 1;
    map.set(key, number);
    return number;
  };

  const enforce = ({ providerId, iccid, change }: ServiceChangeRecord, results: readonly ServiceResult[]): void => {
    sims.set(pair(providerId, iccid), results.reduce(inForceAfter(change), of(providerId, iccid)));
  };

  const received = (event: Extract<ServiceEvent, { kind: 'service_change_received' }>): void => {
    const { providerId, iccid, at, key, change, decision } = event;
    const id = pair(providerId, change.changeId);
    increment(counts, `change ${pair(providerId, iccid)}`);
    const came = increment(requests, id);
    const before = changes.get(id);
    if (before) before.requests = came;
    if (!decision) return;
    keys.set(pair(providerId, key), { iccid, change, decision });
    const record: Mutable<ServiceChangeRecord> = before ?? {
      changeId: change.changeId,
      providerId,
      iccid,
      key,
      accepted: 0,
      requests: came,
      state: 'accepted',
      results: [],
      change,
      answerAt: null,
    };
    changes.set(id, record);
    if (decision.outcome === 'refused') {
      record.state = 'refused';
      return;
    }
    record.accepted += 1;
    record.results = decision.results;
    if (decision.outcome === 'answered') {
      record.state = 'answered';
      enforce(record, decision.results);
    } else if (decision.answeredAfterMs !== null) {
      record.answerAt = new Date(Date.parse(at) + decision.answeredAfterMs).toISOString();
    }
  };

  const apply = (event: ServiceEvent): void => {
    switch (event.kind) {
      case 'service_rules_put':
        rules = event.rules;
        return;
      case 'service_change_received':
        return received(event);
      case 'service_change_answered': {
        const record = changes.get(pair(event.providerId, event.changeId));
        if (!record) return;
        Object.assign(record, { state: 'answered', results: event.results, answerAt: null });
        return enforce(record, event.results);
      }
      case 'service_request_received':
        increment(counts, `${event.sort} ${pair(event.providerId, event.iccid)}`);
        return;
      case 'plan_unscheduled': {
        const { providerId, iccid, changeId } = event;
        const before = of(providerId, iccid);
        sims.set(pair(providerId, iccid), { ...before, scheduled: without(before, changeId) });
        return;
      }
      case 'services_set': {
        const { providerId, iccid, options, ratePlan } = event;
        const before = of(providerId, iccid);
        sims.set(pair(providerId, iccid), {
          ...before,
          options: { ...before.options, ...options },
          ratePlan: ratePlan === undefined ? before.ratePlan : ratePlan,
        });
        return;
      }
    }
  };

  return {
    apply,
    rules: () => rules,
    of,
    change: (providerId, changeId) => changes.get(pair(providerId, changeId)),
    changes: () => [...changes.values()],
    decided: (providerId, key) => keys.get(pair(providerId, key)),
    received: (sort, providerId, iccid) => counts.get(`${sort} ${pair(providerId, iccid)}`) ?? 0,
  };
};

const without = ({ scheduled }: SimServices, changeId: string): SimServices['scheduled'] =>
  scheduled.filter((plan) => plan.changeId !== changeId);

/** What one result makes true at the provider. */
const inForceAfter =
  (change: ProviderServiceChange) =>
  (sim: SimServices, result: ServiceResult): SimServices => {
    const { outcome, option, ratePlan } = result;
    if (typeof option === 'string') {
      const value = change.options?.[option];
      if (outcome !== 'applied' || value === undefined) return sim;
      return { ...sim, options: { ...sim.options, [option]: value } };
    }
    if (typeof ratePlan !== 'string') return sim;
    const scheduled = without(sim, change.changeId);
    if (outcome === 'applied') return { ...sim, ratePlan, scheduled };
    if (outcome !== 'scheduled') return { ...sim, scheduled };
    const { changeId, effectiveOn = '' } = change;
    return { ...sim, scheduled: [...scheduled, { changeId, ratePlan, effectiveOn }] };
  };
