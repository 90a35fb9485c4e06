/** An order and its slot as the public APIs show them, in the words of the model. */
import { ACTIONABLE_FACTS, isProviderWord } from '@simlane/contracts/facts';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import type { Fact, Order } from '@simlane/contracts/http/order';
import type { IccidSymbol } from '@simlane/testing/replacement-model/history';
import { EMPLOYEES, GROUPS } from './model-account.ts';
import { got, type ModelStage } from './model-stage.ts';

export interface Placed {
  readonly orderId: string;
  readonly lineId: string;
  readonly oldSimId: string;
  readonly iccids: Readonly<Record<IccidSymbol, string>>;
}

export const readOrder = (stage: ModelStage, orderId: string): Promise<Order> =>
  got(stage.asManager<Order>('GET', `/orders/v1/orders/${orderId}`));

export const readFacts = async (stage: ModelStage, orderId: string): Promise<Fact[]> =>
  (await got(stage.asManager<{ items: Fact[] }>('GET', `/orders/v1/orders/${orderId}/timeline?limit=200`))).items;

/** What of the order still has to be carried out; undefined at rest. */
export const stillOwed = (order: Order, facts: readonly Fact[], fillsIn: number): string | undefined => {
  const pending = facts.find(
    ({ kind, disposition, carriedOutAt }) =>
      disposition === 'applied' && carriedOutAt === null && (ACTIONABLE_FACTS as readonly string[]).includes(kind),
  );
  if (pending !== undefined) return `${pending.kind} is not carried out`;
  if (order.status === 'confirming') return 'the confirmation is not finished';
  if (order.status === 'confirmed' && order.submittedAt === null) return 'the order is not submitted';
  const filledIn = facts.filter(({ kind }) => kind === 'identifiers_filled_in').length;
  if (filledIn < fillsIn) return `${filledIn} of ${fillsIn} words have filled something in`;
  const isOver = order.status === 'processed' || order.status === 'cancelled';
  return isOver && !facts.some(({ kind }) => kind === 'manager_told') ? 'the manager is not told' : undefined;
};

export const seeAtRest = async (stage: ModelStage, placed: Placed, order: Order, facts: readonly Fact[]) => {
  const words = facts.filter(({ kind }) => isProviderWord(kind));
  const symbolOf = (iccid: string | null): string | null =>
    Object.entries(placed.iccids).find(([, value]) => value === iccid)?.[0] ?? iccid;
  const line = await got(stage.asManager<Line>('GET', `/inventory/v1/lines/${placed.lineId}`));
  const sim = await readSim(stage, line.sim?.id ?? '');
  const oldSim = await readSim(stage, placed.oldSimId);
  const isNew = line.sim?.id !== placed.oldSimId;
  const outliving =
    order.status === 'cancelled' && order.newSim !== null ? await whatIsThere(stage, order.newSim.id) : undefined;
  return {
    status: order.status,
    endReason: order.endReason,
    dispositions: words.map(({ kind, disposition }) => `${kind}: ${disposition}`),
    todos: order.todos.map((todo) => todoOf(todo, words)).toSorted(),
    cancellation: order.cancellation?.state ?? null,
    onLine: isNew ? 'new' : 'old',
    fleet: { ...associations(sim), state: sim.state, slot: line.slot },
    incoming: line.incomingSim === null ? null : await incomingOf(stage, line.incomingSim, symbolOf, sim),
    newIccid: isNew ? symbolOf(sim.iccid) : null,
    oldSim: oldSimOf(oldSim),
    ...(outliving === undefined ? {} : { outliving }),
  };
};

const readSim = (stage: ModelStage, id: string): Promise<Sim> =>
  got(stage.asManager<Sim>('GET', `/inventory/v1/sims/${id}`));

const whatIsThere = async (stage: ModelStage, id: string): Promise<string | undefined> => {
  const { status } = await stage.asManager('GET', `/inventory/v1/sims/${id}`);
  return status === 404 ? undefined : `the temporary eSIM outlives its order: ${status}`;
};

const todoOf = ({ code, causeId, data }: Order['todos'][number], words: readonly Fact[]): string => {
  if (code === 'iccid_missing') return `${code} ${String(data.reason)}`;
  if (code !== 'conflict') return code;
  const number = words.findIndex(({ id }) => id === causeId);
  return number === -1 ? 'conflict refused' : `conflict ${number}`;
};

const nameIn = (names: Readonly<Record<string, string>>, id: string | null | undefined): string | null =>
  Object.entries(names).find(([, value]) => value === id)?.[0] ?? null;

const associations = ({ groupIds, employeeId }: Pick<Sim, 'groupIds' | 'employeeId'>) => ({
  groups: groupIds.length === 1 ? nameIn(GROUPS, groupIds[0]) : `${groupIds.length} groups`,
  employee: nameIn(EMPLOYEES, employeeId),
});

/** The temporary eSIM shows groups and employee of the SIM that it is to replace; where it does not, that is said. */
const incomingOf = async (
  stage: ModelStage,
  incoming: NonNullable<Line['incomingSim']>,
  symbolOf: (iccid: string | null) => string | null,
  old: Sim,
) => {
  const temporary = await readSim(stage, incoming.id);
  const [own, olds] = [JSON.stringify(associations(temporary)), JSON.stringify(associations(old))];
  const isRight = temporary.state === 'temporary' && own === olds;
  return { iccid: symbolOf(incoming.iccid), ...(isRight ? {} : { wrong: { state: temporary.state, own } }) };
};

const oldSimOf = ({ state, lineId, groupIds, employeeId }: Sim): string => {
  if (state !== 'discarded') return 'serving';
  return lineId === null && groupIds.length === 0 && employeeId === null ? 'discarded' : 'discarded, and not free';
};
