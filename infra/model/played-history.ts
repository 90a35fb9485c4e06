/** Plays one history on the whole stack and compares what is answered, and what is there at rest, with the model. */
import { isDeepStrictEqual } from 'node:util';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import type { Fact, Order } from '@simlane/contracts/http/order';
import type { Action, Answer, FleetChange, Said } from '@simlane/testing/replacement-model/history';
import { apply, draftOf, expectedAtRest, type Replacement } from '@simlane/testing/replacement-model/replacement';
import type { Rule, SentSignal } from '../provider-sandbox/control-api.ts';
import { eidOf, iccidOf } from '../seed/made-up-identifiers.ts';
import { EMPLOYEES, GROUPS, ICCID_IN_USE, type ModelLine, PROVIDERS } from './model-account.ts';
import { type ApiAnswer, got, type ModelStage } from './model-stage.ts';
import { type Placed, readFacts, readOrder, seeAtRest, stillOwed } from './seen-order.ts';

/** Each step takes moments; with many orders on two cores, seconds. */
const AT_REST_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 150;
/** An order with nothing owed to it that differs so often in a row differs for good. */
const LOOKS_AT_REST = 4;
const EIDS = { E: eidOf('model/E'), F: eidOf('model/F') };
const NOT_THE_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

/** Rejects with the first difference from the model. The line is free again afterwards, also then. */
export const playHistory = async (
  stage: ModelStage,
  line: ModelLine,
  { activate, actions }: { readonly activate: boolean; readonly actions: readonly Action[] },
): Promise<void> => {
  const placed = await placeDraft(stage, line, activate);
  const player = createPlayer(stage, line, placed);
  let model = draftOf({ cutoverOn: line.cutoverOn, activate });
  try {
    for (const action of actions) {
      if (REPEATING.includes(action.do) && model.lastSignal === null) continue;
      // What the provider says comes whenever it likes; people look at the order before and after.
      if (!isSignal(action)) await atRest(stage, placed, model);
      const { state, answer } = apply(model, action);
      const got = await player(action);
      if (got !== answer) throw new Error(`${JSON.stringify(action)} is answered ${got}, not ${answer}`);
      model = state;
      if (!isSignal(action) || dependsOnPace(model)) await atRest(stage, placed, model);
    }
    await atRest(stage, placed, model);
  } finally {
    await freeLine(stage, line, placed);
  }
};

/** These need a signal to repeat. */
const REPEATING: readonly Action['do'][] = ['repeat_signal', 'replay_signal', 'reuse_message_id'];

const isSignal = (action: Action): boolean =>
  action.do === 'signal' || action.do === 'foreign_signal' || REPEATING.includes(action.do);

/**
 * That another SIM has an ICCID is found out at the switch, so what the next word is judged to be depends on whether it
 * comes before or after.
 */
const dependsOnPace = ({ known, iccidTodo }: Replacement): boolean =>
  known.everSaid.includes('in_use') || iccidTodo !== null;

const placeDraft = async (stage: ModelStage, line: ModelLine, activate: boolean): Promise<Placed> => {
  const { sim } = await got(stage.asManager<Line>('GET', `/inventory/v1/lines/${line.lineId}`));
  if (sim === null) throw new Error(`line ${line.lineId} has no SIM`);
  const action = sim.kind === 'physical' ? 'switch_to_esim' : 'replace_esim';
  const draft = await got(stage.asManager<Order>('POST', '/orders/v1/orders', { action, lineId: line.lineId }));
  const entry = {
    deliveryContact: { name: 'Model', email: 'desk@model-works.example' },
    reason: 'convenience',
    activate,
  };
  await got(stage.asManager('PATCH', `/orders/v1/orders/${draft.id}`, entry));
  const iccids = { A: '', B: '', malformed: '12345', in_use: ICCID_IN_USE };
  for (const name of ['A', 'B'] as const) iccids[name] = iccidOf('44', '92', `${draft.id}/${name}`);
  return { orderId: draft.id, lineId: line.lineId, oldSimId: sim.id, iccids };
};

/** Resolves when the order and its slot are as the model has them and nothing is owed. */
const atRest = async (stage: ModelStage, placed: Placed, model: Replacement): Promise<void> => {
  const expected = { ...expectedAtRest(model), todos: expectedAtRest(model).todos.toSorted() };
  const fillsIn = model.words.filter((word) => word.fillsIn).length;
  const giveUpAt = Date.now() + AT_REST_WITHIN_MS;
  for (let looks = 0; ; ) {
    // What is owed follows from the facts: what is read after them is at least as new.
    const facts = await readFacts(stage, placed.orderId);
    const order = await readOrder(stage, placed.orderId);
    const owed = stillOwed(order, facts, fillsIn);
    const seen = owed ?? (await seeAtRest(stage, placed, order, facts));
    if (isDeepStrictEqual(seen, expected)) return;
    looks = owed === undefined ? looks + 1 : 0;
    if (looks >= LOOKS_AT_REST || Date.now() > giveUpAt) {
      throw new Error(`expected ${JSON.stringify(expected)}\n     seen ${JSON.stringify(seen)}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
};

type Player = (action: Action) => Promise<Answer>;

const createPlayer = (stage: ModelStage, line: ModelLine, { orderId, lineId, iccids }: Placed): Player => {
  let last: (SentSignal & { readonly receipt: string }) | undefined;
  const providerId = PROVIDERS[line.cutoverOn];
  const at = `/orders/v1/orders/${orderId}`;
  const decide = async (decision: string, more: object = {}) =>
    symbolOf(await stage.asOperations('POST', `${at}/decisions`, { decision, reason: 'Model', ...more }));
  const rule = (rules: readonly Rule[] | readonly object[]) => stage.sandbox.putOrderRules(orderId, [...rules]);
  const dataOf = ({ iccid, eid }: Omit<Said, 'says'>) => ({
    ...(iccid && { iccid: iccids[iccid] }),
    ...(eid && { eid: EIDS[eid] }),
  });
  const heard = (sent: SentSignal | undefined, keep: boolean): Answer => {
    if (sent === undefined) throw new Error('no signal was sent');
    const { receipt, intake, code } = JSON.parse(sent.body) as { receipt: string; intake?: Answer; code?: Answer };
    if (keep) last = { ...sent, receipt };
    return intake ?? code ?? 'done';
  };
  const signal = async ({ says, ...data }: Said, messageId?: string): Promise<Answer> => {
    const [sent] = await stage.sandbox.signal(orderId, {
      type: `order.${says}`,
      providerId,
      data: dataOf(data),
      ...(messageId === undefined ? {} : { messageId }),
    });
    return heard(sent, true);
  };

  return async (action) => {
    switch (action.do) {
      case 'signal':
        return signal(action);
      case 'repeat_signal': {
        const [sent] = await stage.sandbox.rawSignal(providerId, {
          body: last?.sent ?? '',
          messageId: last?.messageId ?? '',
        });
        return heard(sent, false);
      }
      case 'replay_signal': {
        const path = `/orders/v1/provider-signals/${last?.receipt}/replay`;
        return (await got(stage.asOperations<{ intake: Answer }>('POST', path, { reason: 'Model' }))).intake;
      }
      case 'reuse_message_id':
        return signal({ says: 'acknowledged' }, last?.messageId);
      case 'foreign_signal': {
        const other = PROVIDERS[line.cutoverOn === 'installed' ? 'processed' : 'installed'];
        const [sent] = await stage.sandbox.signal(orderId, {
          type: 'order.processed',
          data: {},
          providerId: action.how === 'other_provider' ? other : providerId,
          ...(action.how === 'unknown_order' ? { orderId: randomUUID() } : {}),
          ...(action.how === 'wrong_signature' ? { secret: NOT_THE_SECRET } : {}),
        });
        return heard(sent, false);
      }
      case 'edit_draft':
        return symbolOf(await stage.asManager('PATCH', at, { comment: 'Model' }));
      case 'confirm':
        return symbolOf(await stage.asManager('POST', `${at}/confirmation`, {}));
      case 'request_cancellation':
        await rule([{ cancellation: action.provider === 'accepts' ? 'accept' : 'refuse' }]);
        return symbolOf(await stage.asManager('POST', `${at}/cancellation-requests`, {}));
      case 'enter_iccid':
        return symbolOf(
          await stage.asManager('PUT', `${at}/iccid`, {
            iccid: iccids[action.iccid],
            ...(action.reason ? { reason: 'Model' } : {}),
          }),
        );
      case 'confirm_installation':
        return symbolOf(await stage.asManager('POST', `${at}/installation`, {}));
      case 'remind':
        return decide('remind');
      case 'mark_processed':
        return decide('mark_processed', action.iccid === undefined ? {} : { iccid: iccids[action.iccid] });
      case 'cancel':
        await rule([{ cancellation: action.provider === 'accepts' ? 'accept' : 'refuse' }]);
        return decide('cancel');
      case 'resolve_conflict': {
        const { todos } = await readOrder(stage, orderId);
        const facts = await readFacts(stage, orderId);
        const [conflict] = todos
          .filter(({ code }) => code === 'conflict')
          .map(({ causeId }) => facts.find(({ id }) => id === causeId))
          .toSorted((one, other) => rank(one) - rank(other));
        return decide('resolve_conflict', { factId: conflict?.id ?? randomUUID(), resolution: action.resolution });
      }
      case 'deadline_passes': {
        const { answer } = action;
        const says = answer.says === 'nothing' || answer.says === 'received' ? undefined : answer.says;
        const step = says && {
          afterMs: 0,
          silent: true,
          signal: `order.${says}`,
          data: 'iccid' in answer ? dataOf(answer) : {},
        };
        await rule(step ? [{ steps: [step] }] : [{ lookup: answer.says === 'nothing' ? 'fail' : 'answer' }]);
        if (!(await stage.letDeadlinePass(orderId))) {
          // Of what was not asked, nothing stays with the sandbox for the order that may come.
          await rule([]);
          return 'order_state';
        }
        // The workflow sleeps until the deadline it knew; this is what it does then.
        await got(stage.asWorker('PUT', `/internal/orders/${orderId}/silence`));
        return 'done';
      }
      case 'change_fleet':
        return changeFleet(stage, lineId, line.deviceId, action.change);
    }
  };
};

/** Words that conflict in the order of their intake, before a refusal. */
const rank = (fact: Fact | undefined): number =>
  fact === undefined || fact.kind === 'cancellation_refused' ? Number.MAX_SAFE_INTEGER : fact.number;

const symbolOf = ({ status, body }: ApiAnswer): Answer =>
  status < 300 ? 'done' : ((body as { code: Answer } | undefined)?.code ?? (`${status}` as Answer));

const changeFleet = async (
  stage: ModelStage,
  lineId: string,
  deviceId: string,
  change: FleetChange,
): Promise<Answer> => {
  const line = await got(stage.asManager<Line>('GET', `/inventory/v1/lines/${lineId}`));
  const sim = await got(stage.asManager<Sim>('GET', `/inventory/v1/sims/${line.sim?.id}`));
  const { version } = sim;
  const put = async (what: string, body: object) =>
    symbolOf(await stage.asManager('PUT', `/inventory/v1/sims/${sim.id}/${what}`, { ...body, version }));
  const other = (names: typeof GROUPS, now: string | null | undefined) =>
    now === names.first ? names.second : names.first;
  switch (change) {
    case 'turn_state':
      return put('state', { state: sim.state === 'active' ? 'suspended' : 'active' });
    case 'regroup':
      return put('groups', { groupIds: [other(GROUPS, sim.groupIds[0])] });
    case 'reassign':
      return put('employee', { employeeId: other(EMPLOYEES, sim.employeeId) });
    case 'move': {
      const slot = { deviceId, number: line.slot === 1 ? 2 : 1 };
      const body = { slot, version: line.version };
      return symbolOf(await stage.asManager('PUT', `/inventory/v1/lines/${lineId}/slot`, body));
    }
  }
};

/** Ends an order that is still open and brings the slot back to where every history begins. */
const freeLine = async (stage: ModelStage, line: ModelLine, { orderId }: Placed): Promise<void> => {
  await stage.sandbox.putOrderRules(orderId, []);
  await stage.asOperations('POST', `/orders/v1/orders/${orderId}/decisions`, { decision: 'cancel', reason: 'Model' });
  const giveUpAt = Date.now() + AT_REST_WITHIN_MS;
  const path = `/inventory/v1/lines/${line.lineId}`;
  let now = await got(stage.asManager<Line>('GET', path));
  while (now.changeInFlight !== null && Date.now() < giveUpAt) {
    await sleep(LOOK_EVERY_MS);
    now = await got(stage.asManager<Line>('GET', path));
  }
  const sim = await got(stage.asManager<Sim>('GET', `/inventory/v1/sims/${now.sim?.id}`));
  const change = (what: FleetChange) => changeFleet(stage, line.lineId, line.deviceId, what);
  if (sim.state !== 'active') await change('turn_state');
  if (sim.groupIds[0] !== GROUPS.first) await change('regroup');
  if (sim.employeeId !== EMPLOYEES.first) await change('reassign');
  if (now.slot !== 1) await change('move');
};
