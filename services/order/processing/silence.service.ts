import type { FactApplied } from '@simlane/contracts/sim-replacement';
import { isProviderWord } from '@simlane/contracts/facts';
import { inAccount } from '@simlane/service-kit/postgres';
import type { Sealer } from '@simlane/service-kit/sealing';
import type { Db, Tx } from '../database.ts';
import { providersOrderId, type StoredOrder, withTodo } from '../ordering/order.ts';
import { updateOrder } from '../ordering/order.repository.ts';
import type { LookupAnswer, ProviderClient } from '../provider/provider-client.ts';
import type { ConnectionKeeper } from '../provider/provider-connection.service.ts';
import { lockWithFacts, type OrderWithFacts, readWithFacts, result, type StepResult } from './carry-out.service.ts';
import { pendingFacts, type StoredFact } from './fact.ts';
import { insertFact } from './fact.repository.ts';
import { BY_TIME } from './fact-origin.ts';
import { setOrderDue } from './order-due.ts';
import { statementAnswered, takeInAnswer } from './provider-answer.ts';
import { isSilent, silenceStep, whatIsMissing } from './silence.ts';

export interface SilenceDependencies {
  readonly db: Db;
  readonly connections: ConnectionKeeper;
  readonly provider: ProviderClient;
  readonly sealer: Sealer;
}

export type SilenceResult = StepResult & { readonly pending: FactApplied[] };

/**
 * A deadline has passed: asks the provider, whose answer is a fact; where it says nothing new, reminds it, and the next
 * time leaves a to-do of which the manager is told. A provider that cannot be reached is as silent as one that says
 * nothing. Before the deadline, and where a word is on its way, nothing happens; a repeat changes nothing.
 */
export const noticeSilence = async (
  dependencies: SilenceDependencies,
  accountId: string,
  orderId: string,
): Promise<SilenceResult> => {
  const { db } = dependencies;
  const seen = await readWithFacts(db, accountId, orderId);
  if (!mustBeNoticed(seen)) return withPending(seen.order, seen.facts);
  const asked = await ask(dependencies, seen.order);
  const { leadsTo } = silenceStep(seen.order, new Date());
  const isNews = asked !== 'no answer' && statementAnswered(seen.order, seen.facts, asked)?.disposition === 'applied';
  const reminded = leadsTo === 'remind' && !isNews && (await remind(dependencies, seen.order));
  return inAccount(db, accountId, async (tx) => {
    const { order, facts } = await lockWithFacts(tx, accountId, orderId);
    const isOvertaken = order.waitsUntil?.getTime() !== seen.order.waitsUntil?.getTime();
    if (isOvertaken || !mustBeNoticed({ order, facts })) return withPending(order, facts);
    return record(dependencies, tx, order, facts, { asked, reminded });
  });
};

const mustBeNoticed = ({ order, facts }: OrderWithFacts): boolean =>
  isSilent(order, pendingFacts(facts).filter(({ kind }) => isProviderWord(kind)).length, new Date());

const withPending = (order: StoredOrder, facts: readonly StoredFact[]): SilenceResult => ({
  ...result(order),
  pending: pendingFacts(facts),
});

type Asked = LookupAnswer | 'no answer';

const ask = async ({ connections, provider }: SilenceDependencies, order: StoredOrder): Promise<Asked> => {
  try {
    const address = await connections.addressOf(order.accountId, order.providerId);
    return await provider.lookUp(address, providersOrderId(order));
  } catch {
    return 'no answer';
  }
};

/** One reminder for each deadline, however often this is tried. */
const remind = async ({ connections, provider }: SilenceDependencies, order: StoredOrder): Promise<boolean> => {
  try {
    const address = await connections.addressOf(order.accountId, order.providerId);
    const key = `sim-replacement/${order.id}:silence-${order.waitsUntil?.getTime()}`;
    await provider.remind(address, providersOrderId(order), key);
    return true;
  } catch {
    return false;
  }
};

const record = async (
  { sealer }: SilenceDependencies,
  tx: Tx,
  order: StoredOrder,
  facts: readonly StoredFact[],
  { asked, reminded }: { asked: Asked; reminded: boolean },
): Promise<SilenceResult> => {
  const { accountId, id } = order;
  const now = new Date();
  const news: StoredFact[] = [];
  const note = async (fact: Parameters<typeof insertFact>[3]): Promise<StoredFact> => {
    const stored = await insertFact(tx, accountId, id, fact);
    news.push(stored);
    return stored;
  };
  await note({ ...BY_TIME, kind: 'provider_asked', disposition: 'recorded', data: { answer: shown(asked) } });
  if (reminded) await note({ ...BY_TIME, kind: 'provider_reminded', disposition: 'recorded' });
  const step = silenceStep(order, now);
  const waiting = await updateOrder(tx, order, {
    waits_until: step.waitsUntil,
    silence_step: order.silenceStep + 1,
  });
  const said = asked === 'no answer' ? undefined : await takeInAnswer(tx, sealer, waiting, [...facts, ...news], asked);
  if (said !== undefined) news.push(said.fact);
  if (said?.fact.disposition === 'applied') return withPending(said.order, [...facts, ...news]);
  if (step.leadsTo !== 'leave_todo') {
    return withPending(await setOrderDue(tx, waiting, [...facts, ...news]), [...facts, ...news]);
  }
  const todo = whatIsMissing(facts);
  const { id: causeId } = await note({
    ...BY_TIME,
    kind: 'silence_noted',
    disposition: 'applied',
    data: { todo, answer: shown(asked) },
  });
  const detail = DETAILS[todo](shown(asked));
  const todos = withTodo(waiting.todos, { code: todo, detail, causeId, data: { answer: shown(asked) } }, now);
  const after = await updateOrder(tx, waiting, { todos: JSON.stringify(todos) });
  return withPending(await setOrderDue(tx, after, [...facts, ...news]), [...facts, ...news]);
};

const shown = (asked: Asked): string => {
  if (asked === 'no answer') return 'no answer';
  return asked.outcome === 'found' ? asked.order.status : 'unknown order';
};

const DETAILS = {
  provider_silent: (answer) =>
    `The provider has not said what was to come in the time that it had; its last answer when asked: ${answer}.`,
  installation_missing: () =>
    'The provider has delivered the eSIM, and it is not installed. Install it, or confirm that it is.',
} as const satisfies Record<ReturnType<typeof whatIsMissing>, (answer: string) => string>;
