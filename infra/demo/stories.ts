import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { GENERATE } from '../provider-sandbox/control-api.ts';
import { seeAcceptedOnce, seeMail, seeTimeline } from './closing-steps.ts';
import type { DemoCast } from './demo-cast.ts';
import { chooseLine, placeOrder, tryASecondChange } from './ordering-steps.ts';
import { providerSays, seeReplaced, seeStatus, seeTemporaryEsim } from './provider-steps.ts';
import { ApiProblem } from './public-api.ts';
import type { ToldStory } from './told-story.ts';

/** In the third story the provider goes on by itself, after so long. */
const ACKNOWLEDGES_AFTER_MS = 500;
const PROCESSES_AFTER_MS = 1_500;

/**
 * A physical SIM becomes an eSIM: acknowledged, processed, and the provider repeats itself.
 *
 * @returns the id of the new eSIM
 */
export const switchStory = async (
  told: ToldStory,
  cast: DemoCast,
  preferredLine: string,
): Promise<string | undefined> => {
  const found = await chooseLine(told, cast, 'switch_to_esim', preferredLine);
  const order = await placeOrder(told, cast, found);
  await providerSays(told, cast, order.id, { type: 'order.acknowledged' });
  await seeStatus(told, cast, order.id, 'in_progress');
  await seeTemporaryEsim(told, cast, found);
  await tryASecondChange(told, cast, order);
  const processed = {
    type: 'order.processed',
    data: { iccid: GENERATE },
    occurredAt: new Date().toISOString(),
  } as const;
  const messageId = await providerSays(told, cast, order.id, processed);
  const ended = await seeStatus(told, cast, order.id, 'processed');
  await seeReplaced(told, cast, found, ended);
  await providerSays(told, cast, order.id, { ...processed, messageId }, 'duplicate');
  await seeMail(told, cast, ended);
  await seeTimeline(told, cast, order.id, [
    'draft_created',
    'confirmed',
    'submitted',
    'acknowledged',
    'temporary_esim_created',
    'processed',
    'sim_replaced',
    'manager_told',
  ]);
  await seeAcceptedOnce(told, cast, order.id);
  return ended.newSim?.id;
};

/** The provider cancels when the temporary eSIM is there already: all is as it was before. */
export const rollBackStory = async (told: ToldStory, cast: DemoCast, preferredLine: string): Promise<void> => {
  const found = await chooseLine(told, cast, 'switch_to_esim', preferredLine);
  const order = await placeOrder(told, cast, found);
  await providerSays(told, cast, order.id, { type: 'order.acknowledged' });
  await seeStatus(told, cast, order.id, 'in_progress');
  const temporary = await seeTemporaryEsim(told, cast, found);
  await providerSays(told, cast, order.id, {
    type: 'order.cancelled',
    data: { reason: 'The eSIM profile is out of stock' },
  });
  const ended = await seeStatus(told, cast, order.id, 'cancelled');
  await told.does({
    name: 'The order says who ended it and why',
    expected: 'endReason provider, with its words',
    act: async () => ended,
    holds: ({ endReason, endDetail }) => endReason === 'provider' && endDetail === 'The eSIM profile is out of stock',
    seen: ({ endReason, endDetail }) => `${endReason}: ${endDetail}`,
  });
  await told.does({
    name: 'The temporary eSIM is gone',
    expected: '404 for the SIM, nothing incoming in the slot',
    act: async () => {
      const line = await cast.api.call(inventoryRoutes.getLine, { params: { id: found.line.id } });
      const status = await cast.api.call(inventoryRoutes.getSim, { params: { id: temporary.id } }).then(
        () => 200,
        (error: unknown) => (error instanceof ApiProblem ? error.status : Promise.reject(error as Error)),
      );
      return { status, incoming: line.incomingSim };
    },
    holds: ({ status, incoming }) => status === 404 && incoming === null,
    seen: ({ status, incoming }) => `${status}, ${incoming === null ? 'nothing' : 'something'} incoming`,
  });
  await told.does({
    name: 'The old SIM was never touched',
    expected: 'as before: on the line, active, same groups, same employee, nothing in flight',
    act: () => cast.api.call(inventoryRoutes.getSim, { params: { id: found.sim.id } }),
    // The row's version counts the reservation and its end too; everything else is the same.
    holds: (sim) => JSON.stringify({ ...sim, version: 0 }) === JSON.stringify({ ...found.sim, version: 0 }),
    seen: (sim) => `${sim.iccid}, ${sim.state}, ${sim.groupIds.length} group(s)`,
  });
  await told.does({
    name: 'The line can be switched again',
    expected: 'switch_to_esim available',
    act: async () => {
      const { items } = await cast.api.call(inventoryRoutes.listLineActions, { params: { id: found.line.id } });
      return items.find(({ action }) => action === 'switch_to_esim')?.display;
    },
    holds: (display) => display === 'available',
    seen: (display) => String(display),
  });
  await seeMail(told, cast, ended);
  await seeTimeline(told, cast, order.id, [
    'confirmed',
    'submitted',
    'acknowledged',
    'temporary_esim_created',
    'cancelled',
    'rolled_back',
    'manager_told',
  ]);
  await seeAcceptedOnce(told, cast, order.id);
};

/** An eSIM makes place for another, at a provider that goes on by itself; in the French account, with a French mail. */
export const replaceStory = async (told: ToldStory, cast: DemoCast): Promise<void> => {
  const found = await chooseLine(told, cast, 'replace_esim');
  const order = await placeOrder(told, cast, found, async (orderId) => {
    await cast.sandbox.putOrderRules(orderId, [
      {
        steps: [
          { afterMs: ACKNOWLEDGES_AFTER_MS, signal: 'order.acknowledged' },
          { afterMs: PROCESSES_AFTER_MS, signal: 'order.processed', data: { iccid: GENERATE }, repeat: 2 },
        ],
      },
    ]);
    told.note('the provider is told to acknowledge after 0.5 s and to process after 1.5 s, saying so twice');
  });
  const ended = await seeStatus(told, cast, order.id, 'processed');
  await seeReplaced(told, cast, found, ended);
  await seeMail(told, cast, ended);
  await seeTimeline(told, cast, order.id, [
    'confirmed',
    'submitted',
    'acknowledged',
    'temporary_esim_created',
    'processed',
    'sim_replaced',
    'manager_told',
  ]);
  await seeAcceptedOnce(told, cast, order.id);
};
