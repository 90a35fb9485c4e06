/** The outside world of the order service, for faults that the real one cannot be made to have. */
import type { PackedArticle } from '@simlane/contracts/http/catalog';
import type { ActionAvailability, Condition } from '@simlane/contracts/http/actions';
import type { OrderedLine, Reservation, SimReplacement } from '@simlane/contracts/http/inventory-internal';
import type { ProviderOrder } from '@simlane/contracts/http/provider';
import type { Cutover } from '@simlane/contracts/order';
import type { FactApplied } from '@simlane/contracts/sim-replacement';
import { ProblemError, UnavailableError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Catalog } from './catalog.ts';
import type { Inventory } from './inventory.ts';
import type { ReplacementWorkflow } from './processing/replacement-workflow.ts';
import type { SimServicesWorkflow } from './sim-services/sim-services-workflow.ts';
import type { CancellationAnswer, LookupAnswer, ProviderClient, SubmissionAnswer } from './provider/provider-client.ts';

export class FakeInventory implements Inventory {
  readonly #providerId: string;
  availability: Partial<ActionAvailability> = {};
  /** What the next reservations answer; afterwards they reserve. */
  reservations: (Reservation | 'no answer' | 'done, but no answer')[] = [];
  readonly reserved: { orderId: string; attempt: number; acceptWarnings: readonly string[] }[] = [];
  simKind: OrderedLine['simKind'] = 'physical';
  readonly filledIn: { factId: string; iccid: string | null }[] = [];
  entered: Partial<Awaited<ReturnType<Inventory['enterIccid']>>> = {};
  /** Of a QR code request for the eSIM to come; none: nothing stands in its way. */
  outlook: Condition[] = [];
  readonly outlooksFor: { lineId: string; distributorId: string; sub: string }[] = [];
  /** What the next codes are answered; afterwards they are imported. */
  codeAnswers: (Awaited<ReturnType<Inventory['importOrderedCode']>> | 'no answer')[] = [];
  readonly codes: Omit<Parameters<Inventory['importOrderedCode']>[0], 'accountId'>[] = [];
  /** What the next QR code requests are answered; afterwards they are made. */
  requestAnswers: (Awaited<ReturnType<Inventory['requestForOrder']>> | 'no answer')[] = [];
  readonly requests: Omit<Parameters<Inventory['requestForOrder']>[0], 'accountId'>[] = [];

  constructor(providerId: string) {
    this.#providerId = providerId;
  }

  lineForOrder: Inventory['lineForOrder'] = async ({ lineId, action }) => ({
    line: this.#line(lineId),
    availability: {
      action,
      place: 'order',
      target: { type: 'line', id: lineId, slot: 1, incoming: false },
      display: 'available',
      conditions: [],
      warnings: [],
      ...this.availability,
    },
  });

  reserve: Inventory['reserve'] = async ({ orderId, attempt, lineId, acceptWarnings }) => {
    const next = this.reservations.shift();
    if (next === 'no answer') throw new UnavailableError('inventory', 'not there');
    this.reserved.push({ orderId, attempt, acceptWarnings });
    if (next === 'done, but no answer') throw new UnavailableError('inventory', 'answer lost');
    return next ?? { outcome: 'reserved', line: this.#line(lineId) };
  };

  fillIn: Inventory['fillIn'] = async ({ orderId, factId, signalled }) => {
    this.filledIn.push({ factId, iccid: signalled.iccid });
    return replacement(orderId, { iccid: signalled.iccid });
  };

  enterIccid: Inventory['enterIccid'] = async ({ orderId, iccid }) => ({
    ...replacement(orderId, { iccid }),
    change: 'entered',
    ...this.entered,
  });

  qrRequestOutlook: Inventory['qrRequestOutlook'] = async ({ lineId, distributorId, actor }) => {
    this.outlooksFor.push({ lineId, distributorId, sub: actor.sub });
    return this.outlook;
  };

  importOrderedCode: Inventory['importOrderedCode'] = async ({ accountId: _accountId, ...code }) => {
    const next = this.codeAnswers.shift();
    if (next === 'no answer') throw new UnavailableError('inventory', 'not there');
    this.codes.push(code);
    return next ?? { outcome: 'imported' };
  };

  requestForOrder: Inventory['requestForOrder'] = async ({ accountId: _accountId, ...request }) => {
    const next = this.requestAnswers.shift();
    if (next === 'no answer') throw new UnavailableError('inventory', 'not there');
    this.requests.push(request);
    return next ?? { outcome: 'requested', requestId: uuidV7() };
  };

  #line(lineId: string): OrderedLine {
    return {
      lineId,
      msisdn: '+447700900123',
      providerId: this.#providerId,
      simId: uuidV7(),
      simKind: this.simKind,
      iccid: '8944110068000000019',
      deviceEid: null,
    };
  }
}

const replacement = (orderId: string, changes: Partial<SimReplacement>): SimReplacement => ({
  orderId,
  state: 'committed',
  lineId: uuidV7(),
  oldSimId: uuidV7(),
  newSimId: uuidV7(),
  temporaryReference: 'SIM-Temp-000001',
  iccid: null,
  iccidIssue: null,
  enteredIccid: null,
  ...changes,
});

export class FakeProvider implements ProviderClient {
  answers: (SubmissionAnswer | 'no answer')[] = [];
  /** What the next look-ups answer; afterwards there is no answer. */
  lookups: (LookupAnswer | 'no answer' | 'come again in 30 min')[] = [];
  /** What the next requests for cancellation answer; afterwards they are accepted. */
  cancellations: (CancellationAnswer | 'no answer')[] = [];
  reminders: 'no answer'[] = [];
  /** What happens once while a request for cancellation is under way. */
  beforeAnswering: () => Promise<void> = async () => undefined;
  readonly submitted: { order: ProviderOrder; key: string; credential: string }[] = [];
  readonly asked: { call: 'lookUp' | 'requestCancellation' | 'remind'; orderId: string; key: string | null }[] = [];

  submit: ProviderClient['submit'] = async ({ credential }, order, key) => {
    this.submitted.push({ order, key, credential });
    return answered(this.answers.shift() ?? { outcome: 'accepted', providerReference: `REF-${this.submitted.length}` });
  };

  lookUp: ProviderClient['lookUp'] = async (_at, orderId) => {
    this.asked.push({ call: 'lookUp', orderId, key: null });
    return answered(this.lookups.shift() ?? 'no answer');
  };

  requestCancellation: ProviderClient['requestCancellation'] = async (_to, orderId, key) => {
    this.asked.push({ call: 'requestCancellation', orderId, key });
    await this.beforeAnswering();
    this.beforeAnswering = async () => undefined;
    return answered(this.cancellations.shift() ?? { outcome: 'accepted' });
  };

  remind: ProviderClient['remind'] = async (_whom, orderId, key) => {
    this.asked.push({ call: 'remind', orderId, key });
    answered(this.reminders.shift() ?? {});
  };
}

const HALF_AN_HOUR_SECONDS = 1_800;

const answered = <T extends object>(answer: T | 'no answer' | 'come again in 30 min'): T => {
  if (answer === 'come again in 30 min') {
    throw new ProblemError('dependency_unavailable', 'It asks for time', { retryAfterSeconds: HALF_AN_HOUR_SECONDS });
  }
  if (answer === 'no answer') throw new UnavailableError('The provider', 'not there');
  return answer;
};

export class FakeWorkflow implements ReplacementWorkflow {
  readonly wakes: { orderId: string; facts: readonly FactApplied[]; again: boolean }[] = [];

  wake: ReplacementWorkflow['wake'] = async (order, facts, { again }) => {
    this.wakes.push({ orderId: order.id, facts, again });
  };
}

export class FakeSimServicesWorkflow implements SimServicesWorkflow {
  readonly wakes: { simId: string; changeId: string; again: boolean }[] = [];

  wake: SimServicesWorkflow['wake'] = async ({ simId, changeId }, { again }) => {
    this.wakes.push({ simId, changeId, again });
  };
}

export const fakeCatalog = (providerId: string): Catalog & { articles: PackedArticle[]; cutoverOn: Cutover } => {
  const catalog = {
    articles: [article(providerId)],
    cutoverOn: 'processed' as Cutover,
    account: async (id: string) => ({
      id,
      name: 'Northfield',
      timeZone: 'Europe/London',
      locale: 'en' as const,
      notificationAddress: 'fleet@example.com',
    }),
    esimArticles: async () => catalog.articles,
    provider: async (_accountId: string, id: string) => ({
      id,
      name: 'Provider',
      customerNumber: 'C-1',
      contractReference: null,
      timeToAcknowledge: 'P2D',
      timeToProcess: 'P10D',
      cutoverOn: catalog.cutoverOn,
      billingZone: 'Europe/London',
      planChange: 'we_schedule' as const,
      serviceChangesPerMinute: 600,
      smdpAddresses: [],
      archivedAt: null,
    }),
  };
  return catalog;
};

export const article = (providerId: string): PackedArticle => ({
  id: uuidV7(),
  name: 'Business eSIM',
  section: 'sim_cards',
  simKind: 'esim',
  providerId,
  distributorId: uuidV7(),
  supplierArticleCode: 'ESIM-1',
  prices: [],
  commitmentMonths: 0,
  validFrom: null,
  validUntil: null,
  packId: uuidV7(),
  packName: 'SIM cards',
  providerName: 'Provider',
  distributorName: 'Distributor',
});
