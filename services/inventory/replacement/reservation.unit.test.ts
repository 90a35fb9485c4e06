import { describe, expect, it } from 'vitest';
import { UNTOUCHED_DEFAULT_PROFILE } from '../actions/action-profile.ts';
import type { LineFacts } from '../actions/action-facts.ts';
import { lineAction } from '../actions/availability.ts';
import { learnt } from '../actions/catalog.ts';
import { decideReservation, type ReservationRequest, refusalOf, stands } from './reservation.ts';

const article = { id: 'a', packId: 'p', distributorId: 'd' };
const request: ReservationRequest = {
  attempt: 1,
  action: 'switch_to_esim',
  lineId: 'line-1',
  article: { packId: 'p', articleId: 'a' },
  activate: false,
  acceptWarnings: [],
};
const line: LineFacts = {
  id: 'line-1',
  msisdn: '+33612345678',
  providerId: 'p',
  slot: 1,
  changeOrderId: null,
  sim: { id: 'sim-1', kind: 'physical', state: 'active', distributorId: 'd' },
  incomingSim: null,
  device: { esimCapable: 'yes' },
};

const decide = (facts: Partial<LineFacts> = {}, wish: Partial<ReservationRequest> = {}, roles = ['manager'] as const) =>
  decideReservation(
    { ...request, ...wish },
    {
      availability: lineAction('switch_to_esim', {
        line: { ...line, ...facts },
        provider: learnt({ name: 'Polarlink', archived: false, esimArticles: [article] }),
        caller: { roles, profile: UNTOUCHED_DEFAULT_PROFILE },
      }),
      articles: [article],
    },
  );
const refusal = (decision: ReturnType<typeof decide>) => {
  if (decision.outcome !== 'refuse') throw new Error('was reserved');
  return refusalOf(decision.problem).problem;
};

describe('a reservation', () => {
  it('is made where every condition is met and the article fits', () => {
    expect(decide()).toEqual({ outcome: 'reserve', article });
  });

  it('is refused by another change in flight, with the order that blocks, before anything else', () => {
    expect(refusal(decide({ changeOrderId: 'order-2', slot: null }))).toMatchObject({
      code: 'change_in_flight',
      status: 409,
      blockingOrder: { id: 'order-2' },
    });
  });

  it('is refused by a condition that is not met, with each condition by name', () => {
    expect(refusal(decide({ slot: null }))).toMatchObject({
      code: 'action_not_available',
      status: 422,
      conditions: expect.arrayContaining([expect.objectContaining({ code: 'line_in_slot', state: 'not_met' })]),
      fix: expect.stringContaining('Move the line'),
    });
  });

  it('is refused for an article of another provider or pack', () => {
    const articleOfAnother = { packId: 'p', articleId: 'b' };
    expect(refusal(decide({}, { article: articleOfAnother }))).toMatchObject({
      code: 'article_not_compatible',
      errors: [{ pointer: '/article' }],
    });
  });

  it('is refused as long as a warning is not accepted', () => {
    const device = { esimCapable: 'no' } as const;
    expect(refusal(decide({ device }))).toMatchObject({
      code: 'warnings_not_accepted',
      warnings: [{ code: 'device_not_esim_capable' }],
    });
    expect(decide({ device }, { acceptWarnings: ['device_not_esim_capable'] }).outcome).toBe('reserve');
  });

  it('is answered to every attempt once it is made', () => {
    for (const state of ['reserved', 'started', 'committed', 'rolled_back'] as const) {
      expect(stands({ attempt: 2, state }, 1)).toBe(true);
      expect(stands({ attempt: 2, state }, 3)).toBe(true);
    }
  });

  it('that was refused is tried anew by a higher attempt only', () => {
    expect(stands({ attempt: 2, state: 'refused' }, 1)).toBe(true);
    expect(stands({ attempt: 2, state: 'refused' }, 2)).toBe(true);
    expect(stands({ attempt: 2, state: 'refused' }, 3)).toBe(false);
  });
});
