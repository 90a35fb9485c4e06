import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { type Order, orderRoutes } from '@simlane/contracts/http/order';
import { submissionKey } from '@simlane/contracts/http/provider';
import { simReplacementWorkflowId } from '@simlane/contracts/sim-replacement';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { DemoCast } from './demo-cast.ts';
import { findLine, type FoundLine } from './find-line.ts';
import { ApiProblem } from './public-api.ts';
import type { ToldStory } from './told-story.ts';

/** Finds a line for the action and shows the action's conditions, to the manager and to a viewer. */
export const chooseLine = async (
  told: ToldStory,
  { api, viewer }: DemoCast,
  action: ReplacementAction,
  preferredId?: string,
): Promise<FoundLine> => {
  const found = await told.does({
    name: 'A line is found',
    expected: `${action} is available: every condition met`,
    act: () => findLine(api, action, preferredId),
    holds: (one) => one.action.conditions.every(({ state }) => state === 'met'),
    seen: (one) =>
      `${one.line.msisdn}, ${one.action.conditions.length} conditions met of ${one.action.conditions.length}`,
  });
  const other = action === 'switch_to_esim' ? 'replace_esim' : 'switch_to_esim';
  await told.does({
    name: `${other} does not apply to it`,
    expected: 'not_applicable, because of the kind of its SIM',
    act: async () => found.actions.find((one) => one.action === other),
    holds: (one) => one?.display === 'not_applicable',
    seen: (one) => `${one?.display}: ${unmet(one?.conditions)}`,
  });
  if (!viewer) return found;
  await told.does({
    name: 'A viewer sees what stands in the way',
    expected: 'blocked, with the condition role_allows and its fix',
    act: async () => {
      const { items } = await viewer.call(inventoryRoutes.listLineActions, { params: { id: found.line.id } });
      return items.find((one) => one.action === action);
    },
    holds: (one) =>
      one?.display === 'blocked' &&
      one.conditions.some(({ code, state, fix }) => code === 'role_allows' && state === 'not_met' && fix !== null),
    seen: (one) => `${one?.display}: ${unmet(one?.conditions)}`,
  });
  return found;
};

const unmet = (conditions: FoundLine['action']['conditions'] | undefined): string =>
  (conditions ?? [])
    .filter(({ state }) => state !== 'met')
    .map(({ detail, fix }) => (fix === null ? detail : `${detail} (${fix})`))
    .join('; ');

/** Draft, order entry, confirmation, and the order's arrival at the provider. Resolves to the confirmed order. */
export const placeOrder = async (
  told: ToldStory,
  cast: DemoCast,
  { line, action }: FoundLine,
  beforeConfirming: (orderId: string) => Promise<void> = async () => undefined,
): Promise<Order> => {
  const { api, manager, sandbox } = cast;
  const draft = await told.does({
    name: 'A draft is made',
    expected: 'the compatible eSIMs of the provider; the only one chosen already, of several none',
    act: () => {
      const body = { action: action.action as ReplacementAction, lineId: line.id };
      return api.call(orderRoutes.createDraft, { body });
    },
    holds: ({ status, compatibleArticles, article }) =>
      status === 'draft' && compatibleArticles.length > 0 && (compatibleArticles.length === 1) === (article !== null),
    seen: ({ orderNumber, compatibleArticles }) =>
      `${orderNumber}, to choose from: ${compatibleArticles.map(({ name }) => name).join(', ')}`,
  });
  const chosen = draft.article ?? draft.compatibleArticles[0];
  await told.does({
    name: 'The order entry is filled in',
    expected: 'the chosen eSIM, whom to deliver to, and why',
    act: () =>
      api.call(orderRoutes.editDraft, {
        params: { id: draft.id },
        body: {
          ...(chosen ? { article: { packId: chosen.packId, articleId: chosen.id, quantity: 1 } } : {}),
          deliveryContact: { name: manager.name, email: manager.email },
          reference: 'Demo',
          reason: 'convenience',
        },
      }),
    holds: ({ article, deliveryContact }) => article?.id === chosen?.id && deliveryContact?.email === manager.email,
    seen: ({ article, deliveryContact }) => `${article?.name}, to ${deliveryContact?.name}`,
  });
  await beforeConfirming(draft.id);
  const confirmed = await told.does({
    name: 'The order is confirmed',
    expected: 'status confirmed',
    act: () => api.call(orderRoutes.confirm, { params: { id: draft.id }, body: { acceptWarnings: [] } }),
    holds: ({ status }) => status === 'confirmed',
    seen: ({ status }) => status,
  });
  told.note(`in the Temporal UI: ${cast.workflowPage(simReplacementWorkflowId(draft.id))}`);
  await told.sees({
    name: 'The provider has it',
    expected: `accepted once, under the key ${submissionKey(draft.id)}`,
    look: () => sandbox.orders(draft.id),
    holds: (orders) => orders.length === 1 && orders[0]?.accepted === 1 && orders[0].key === submissionKey(draft.id),
    seen: (orders) =>
      orders
        .map(({ accepted, providerReference }) => `accepted ${accepted} time(s), ${providerReference}`)
        .join('; ') || 'nothing',
  });
  return confirmed;
};

/** While the change is in flight, another one on the line is refused. */
export const tryASecondChange = async (told: ToldStory, { api }: DemoCast, order: Order): Promise<void> => {
  const { lineId, action } = order;
  await told.does({
    name: 'A second change on the line is refused',
    expected: `409 change_in_flight, naming ${order.orderNumber}`,
    act: async () => {
      try {
        const draft = await api.call(orderRoutes.createDraft, { body: { action, lineId } });
        await api.call(orderRoutes.confirm, { params: { id: draft.id }, body: { acceptWarnings: [] } });
        return undefined;
      } catch (error) {
        if (error instanceof ApiProblem) return error;
        throw error;
      }
    },
    holds: (refusal) => refusal?.problem?.code === 'change_in_flight' && refusal.problem.blockingOrder?.id === order.id,
    seen: (refusal) =>
      refusal ? `${refusal.status} ${refusal.problem?.code}: ${refusal.problem?.detail}` : 'accepted',
  });
};
