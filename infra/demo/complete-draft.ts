import { type Order, orderRoutes } from '@simlane/contracts/http/order';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { PublicApi } from './public-api.ts';

/** A draft with everything that a confirmation needs. */
export const completeDraft = async (api: PublicApi, lineId: string, action: ReplacementAction): Promise<Order> => {
  const draft = await api.call(orderRoutes.createDraft, { body: { action, lineId } });
  const article = draft.article ?? draft.compatibleArticles[0];
  if (article === undefined) throw new Error('the draft has no eSIM to choose from');
  return api.call(orderRoutes.editDraft, {
    params: { id: draft.id },
    body: {
      article: { packId: article.packId, articleId: article.id },
      deliveryContact: { name: 'Front desk', email: 'desk@calder-rail.example' },
      reason: 'convenience',
    },
  });
};
