import { createHash } from 'node:crypto';
import type { Delivery } from '../provider-sandbox/control-api.ts';
import { broken, type Finding } from './finding.ts';
import { decisionOf, factsByOrder, isUnderWay, JUDGEMENTS, pendingFacts, wordOf } from './order-work.ts';
import type { FactRow, SignalRow, Snapshot } from './snapshot.ts';

/** Invariant 2: what was answered with 2xx is stored once; what was applied is carried out once, or owed. */
export const checkSignals = (snapshot: Snapshot): Finding[] => {
  const { orders, facts, signals } = snapshot.order;
  const statuses = new Map(orders.map(({ id, status }) => [id, status]));
  const stored = Map.groupBy(
    signals.filter(({ replayOf }) => replayOf === null),
    (signal) => identityOf(signal.providerId, signal.messageId, signal.bodyHash),
  );
  return [
    ...snapshot.provider.deliveries.flatMap((delivery) => checkDelivery(delivery, stored)),
    ...checkIntake(signals, facts),
    ...[...factsByOrder(facts)].flatMap(([orderId, own]) => [
      ...checkJudgements(own),
      ...checkEffects(own),
      ...(isUnderWay(statuses.get(orderId) ?? 'draft')
        ? []
        : pendingFacts(own)
            .filter(isWord)
            .map((fact) =>
              broken(
                2,
                fact,
                `fact ${fact.number} (${fact.kind}) is applied, not carried out, and the order has ended`,
              ),
            )),
    ]),
  ];
};

const isWord = (fact: FactRow): boolean => wordOf(fact) !== undefined;

const identityOf = (providerId: string, messageId: string, bodyHash: string): string =>
  `${providerId} ${messageId} ${bodyHash}`;

const checkDelivery = (delivery: Delivery, stored: ReadonlyMap<string, readonly SignalRow[]>): Finding[] => {
  if (!delivery.attempts.some(({ status }) => status !== null && status >= 200 && status < 300)) return [];
  const hash = createHash('sha256').update(delivery.body).digest('hex');
  const found = stored.get(identityOf(delivery.providerId, delivery.messageId, hash))?.length ?? 0;
  if (found === 1) return [];
  return [
    broken(2, { orderId: delivery.orderId }, `signal ${delivery.messageId} was answered 2xx, stored ${found} times`),
  ];
};

const checkIntake = (signals: readonly SignalRow[], facts: readonly FactRow[]): Finding[] => {
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const bySignal = Map.groupBy(facts, ({ causeId }) => causeId);
  return signals.flatMap((signal): Finding[] => {
    const caused = (bySignal.get(signal.id) ?? []).filter((fact) => wordOf(fact) !== undefined);
    const fact = signal.factId === null ? undefined : byId.get(signal.factId);
    if (signal.intake !== 'accepted') {
      const what = signal.intake === 'unknown_order' ? 'an unknown order' : 'an unknown change';
      return caused.length === 0 ? [] : [broken(2, signal, `signal ${signal.id} of ${what} has a fact`)];
    }
    if (signal.changeId !== null) {
      return caused.length === 0 ? [] : [broken(2, signal, `signal ${signal.id} answers a change and has a fact`)];
    }
    if (fact !== undefined && fact.orderId === signal.orderId && caused.length === 1 && caused[0] === fact) return [];
    return [
      broken(2, signal, `signal ${signal.id} is accepted and has ${caused.length} facts where one is to be its own`),
    ];
  });
};

/** The table, over the facts in the order of their intake. */
const checkJudgements = (facts: readonly FactRow[]): Finding[] => {
  let decided: keyof typeof JUDGEMENTS | undefined;
  return facts.flatMap((fact): Finding[] => {
    const word = wordOf(fact);
    const before = decided;
    if (fact.disposition === 'applied') decided = decisionOf(fact)?.decides ?? decided;
    if (word === undefined) return [];
    if (before === undefined) return [broken(2, fact, `fact ${fact.number} (${word}) stands before the confirmation`)];
    const allowed = JUDGEMENTS[before][word];
    const needsIdentifier = before === 'processed' && word === 'processed' && fact.disposition === 'conflict';
    if (allowed.includes(fact.disposition) && (!needsIdentifier || fact.identifies)) return [];
    return [
      broken(
        2,
        fact,
        `fact ${fact.number} (${word} after ${before}) is ${fact.disposition}, the table says ${allowed.join(' or ')}`,
      ),
    ];
  });
};

const checkEffects = (facts: readonly FactRow[]): Finding[] => {
  const byCause = Map.groupBy(facts, ({ causeId }) => causeId);
  return facts.flatMap((fact): Finding[] => {
    const decision = fact.disposition === 'applied' ? decisionOf(fact) : undefined;
    const effects = decision?.effects ?? (fact.fillsIn ? (['identifiers_filled_in'] as const) : []);
    if (effects.length === 0) return [];
    const found = (byCause.get(fact.id) ?? []).filter(({ kind }) => effects.some((effect) => effect === kind)).length;
    const expected = fact.carriedOutAt === null || isNeverSent(fact, facts) ? 0 : 1;
    if (found === expected) return [];
    const named = effects.join(' or ');
    return [broken(2, fact, `fact ${fact.number} (${fact.kind}) has ${found} effects ${named}, not ${expected}`)];
  });
};

/** A confirmation has nothing to show for it where a person has decided before anything was sent. */
const isNeverSent = ({ kind }: FactRow, facts: readonly FactRow[]): boolean =>
  kind === 'confirmed' &&
  facts.some((fact) => isWord(fact) && fact.disposition === 'applied' && fact.source !== 'provider') &&
  !facts.some((fact) => fact.kind === 'submitted');
