import { providerRefusalSchema } from '@simlane/contracts/http/provider';
import {
  providerServiceAnswerSchema,
  providerServiceRefusalSchema,
  providerServicesSchema,
  providerUnknownChangeSchema,
} from '@simlane/contracts/http/provider-services';
import { exchangeWith, asWords, type ExchangeOptions, isRefusal, notDecided } from '../provider/provider-exchange.ts';
import type { ProviderServices } from './provider-services.ts';
import { answersIn } from './service-call.ts';

const HTTP_OK = 200;
const HTTP_ACCEPTED = 202;
const HTTP_NO_CONTENT = 204;
const HTTP_NOT_FOUND = 404;

/** The services of SIMs at providers over HTTP, as api.md has the conversation. */
export const createHttpProviderServices = (options: ExchangeOptions): ProviderServices => ({
  change: async (to, iccid, body, idempotencyKey) => {
    const answer = await exchangeWith(options, to, { method: 'PATCH', path: pathOf(iccid), idempotencyKey, body });
    if (answer.status === HTTP_ACCEPTED) return { outcome: 'accepted' };
    const said = providerServiceAnswerSchema.safeParse(answer.json);
    if (answer.status === HTTP_OK && said.success) {
      return { outcome: 'answered', answers: answersIn(said.data.results, asWords) };
    }
    const refusal = providerServiceRefusalSchema.safeParse(answer.json);
    if (isRefusal(answer) && refusal.success) return { outcome: 'refused', detail: asWords(refusal.data.detail) };
    throw notDecided(answer);
  },

  report: async (at, iccid) => {
    const answer = await exchangeWith(options, at, { method: 'GET', path: pathOf(iccid) });
    const services = providerServicesSchema.safeParse(answer.json);
    if (answer.status !== HTTP_OK || !services.success) throw notDecided(answer);
    const { options: inForce, ratePlan = null, scheduled } = services.data;
    return {
      options: inForce,
      ratePlan,
      scheduled: scheduled.map(({ changeId, ratePlan, effectiveOn }) => ({ changeId, ratePlan, effectiveOn })),
    };
  },

  cancelScheduled: async (at, iccid, changeId) => {
    const path = `${pathOf(iccid)}/scheduled/${changeId}`;
    const answer = await exchangeWith(options, at, { method: 'DELETE', path });
    if (answer.status === HTTP_OK || answer.status === HTTP_NO_CONTENT) return { outcome: 'cancelled' };
    const refusal = providerRefusalSchema.safeParse(answer.json);
    if (isRefusal(answer) && refusal.success) return { outcome: 'refused', detail: asWords(refusal.data.detail) };
    const isUnknown = answer.status === HTTP_NOT_FOUND && providerUnknownChangeSchema.safeParse(answer.json).success;
    if (isUnknown) return { outcome: 'unknown_change' };
    throw notDecided(answer);
  },
});

const pathOf = (iccid: string): string => `sims/${encodeURIComponent(iccid)}/services`;
