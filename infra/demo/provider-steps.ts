import type { Sim } from '@simlane/contracts/http/fleet';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { type Order, orderRoutes } from '@simlane/contracts/http/order';
import type { SignalType } from '../provider-sandbox/control-api.ts';
import type { DemoCast } from './demo-cast.ts';
import type { FoundLine } from './find-line.ts';
import type { ToldStory } from './told-story.ts';

/** The provider says a word about the order; resolves to the id of its message. */
export const providerSays = async (
  told: ToldStory,
  { sandbox }: DemoCast,
  orderId: string,
  said: {
    readonly type: SignalType;
    readonly data?: Record<string, unknown>;
    readonly messageId?: string;
    readonly occurredAt?: string;
  },
  intake: 'accepted' | 'duplicate' = 'accepted',
): Promise<string> => {
  const sent = await told.does({
    name: intake === 'duplicate' ? `The provider repeats ${said.type}` : `The provider says ${said.type}`,
    expected: `202, ${intake}`,
    act: async () => (await sandbox.signal(orderId, said))[0],
    holds: (answer) => answer?.status === 202 && answer.body.includes(`"${intake}"`),
    seen: (answer) => `${answer?.status} ${answer?.body}`,
  });
  return sent?.messageId ?? '';
};

const orderOf = ({ api }: DemoCast, id: string) => api.call(orderRoutes.getOrder, { params: { id } });
const lineOf = ({ api }: DemoCast, id: string) => api.call(inventoryRoutes.getLine, { params: { id } });
const simOf = ({ api }: DemoCast, id: string) => api.call(inventoryRoutes.getSim, { params: { id } });

export const seeStatus = (told: ToldStory, cast: DemoCast, orderId: string, status: Order['status']): Promise<Order> =>
  told.sees({
    name: 'The order moves on',
    expected: `status ${status}`,
    look: () => orderOf(cast, orderId),
    holds: (order) => order.status === status,
    seen: (order) => order.status + (order.endReason === null ? '' : `, by: ${order.endReason}`),
  });

/** The temporary eSIM stands in the slot with the old SIM's groups and employee, and the old SIM serves on. */
export const seeTemporaryEsim = async (told: ToldStory, cast: DemoCast, { line, sim }: FoundLine): Promise<Sim> => {
  const after = await told.sees({
    name: 'A temporary eSIM stands in the slot',
    expected: 'the incoming SIM SIM-Temp-…, and the old SIM still on the line',
    look: () => lineOf(cast, line.id),
    holds: ({ incomingSim, sim: serving }) =>
      (incomingSim?.temporaryReference?.startsWith('SIM-Temp-') ?? false) && serving?.id === sim.id,
    seen: ({ incomingSim, sim: serving }) =>
      `incoming ${incomingSim?.temporaryReference ?? 'none'}; serving ${serving?.iccid ?? 'none'} (${serving?.state})`,
  });
  return told.does({
    name: 'It belongs where the old SIM belongs',
    expected: `${sim.groupIds.length} management group(s) and the employee of the old SIM`,
    act: () => simOf(cast, after.incomingSim?.id ?? ''),
    holds: (incoming) => incoming.state === 'temporary' && sameAssociations(incoming, sim),
    seen: (incoming) => associations(incoming),
  });
};

/** The new eSIM serves the line in the old SIM's place; the old one is discarded and on nothing any more. */
export const seeReplaced = async (
  told: ToldStory,
  cast: DemoCast,
  { line, sim }: FoundLine,
  order: Order,
): Promise<void> => {
  const accepted = await cast.sandbox.orders(order.id);
  const iccid = accepted[0]?.iccid ?? null;
  await told.sees({
    name: 'The new eSIM serves the line',
    expected: `an active eSIM with the ICCID ${iccid} of the provider's word, nothing incoming, no change in flight`,
    look: () => lineOf(cast, line.id),
    holds: (after) =>
      after.sim?.kind === 'esim' &&
      after.sim.state === 'active' &&
      after.sim.id === order.newSim?.id &&
      after.sim.iccid === iccid &&
      after.incomingSim === null &&
      after.changeInFlight === null,
    seen: (after) => `${after.sim?.kind} ${after.sim?.iccid} (${after.sim?.state})`,
  });
  await told.does({
    name: 'It has taken over groups and employee',
    expected: `${sim.groupIds.length} management group(s) and the employee of the old SIM`,
    act: () => simOf(cast, order.newSim?.id ?? ''),
    holds: (after) => sameAssociations(after, sim),
    seen: (after) => associations(after),
  });
  await told.does({
    name: 'The old SIM is discarded',
    expected: 'discarded, off the line, off its employee, out of every management group',
    act: () => simOf(cast, sim.id),
    holds: (after) =>
      after.state === 'discarded' && after.lineId === null && after.employeeId === null && after.groupIds.length === 0,
    seen: (after) => `${after.state}, ${after.lineId === null ? 'off' : 'on'} the line, ${associations(after)}`,
  });
};

const sameAssociations = (one: Sim, other: Sim): boolean =>
  one.employeeId === other.employeeId && one.groupIds.toSorted().join() === other.groupIds.toSorted().join();

const associations = ({ groupIds, employeeId }: Sim): string =>
  `${groupIds.length} group(s), ${employeeId === null ? 'no' : 'an'} employee`;
