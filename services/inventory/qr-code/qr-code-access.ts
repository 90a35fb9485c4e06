import type { Action } from '@simlane/contracts/actions';
import type { Condition } from '@simlane/contracts/http/actions';
import type { Sim } from '@simlane/contracts/http/fleet';
import { notFound, ProblemError } from '@simlane/service-kit/problem';
import { findSimForActions } from '../actions/action-facts.repository.ts';
import type { Asker } from '../actions/action-list.service.ts';
import { enabledInProfile, roleAllows, simIsOfKind } from '../actions/conditions.ts';
import type { Transaction } from '../database.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';

const ACTION: Action = 'generate_esim_qr_code';

/** @throws ProblemError `action_not_available` that names every condition */
export const requireConditions = (conditions: readonly Condition[]): void => {
  const open = conditions.filter(({ state }) => state !== 'met');
  if (open.length === 0) return;
  throw new ProblemError('action_not_available', open.map(({ detail }) => detail).join('. '), {
    fix: open.map(({ fix }) => fix).join('. '),
    conditions: conditions.map((condition) => ({ ...condition })),
  });
};

export const findEsim = async (tx: Transaction, asker: Asker, simId: string): Promise<Sim> => {
  const sim = await findSim(tx, visibilityOf(asker), simId);
  if (sim === undefined) throw notFound('There is no such SIM');
  return sim;
};

/** @throws ProblemError `sim_state` for a SIM that is discarded, or is no eSIM */
export const requireEsimInUse = ({ kind, state }: Pick<Sim, 'kind' | 'state'>): void => {
  if (kind !== 'esim') {
    throw new ProblemError('sim_state', 'Only an eSIM has a QR code, and this is a physical SIM', {
      fix: 'Switch to eSIM orders an eSIM in its place',
    });
  }
  if (state === 'discarded') {
    throw new ProblemError('sim_state', 'The SIM is discarded, and its QR codes are history', {
      fix: 'See the SIM that replaced it; what was stands at qr-codes',
    });
  }
};

/**
 * The SIM, if the caller may handle its QR code: he sees it, and has the role and the action enabled on its slot.
 *
 * @throws ProblemError `not_found`, `sim_state`, `action_not_available`
 */
export const requireQrUser = async (tx: Transaction, asker: Asker, simId: string): Promise<Sim> => {
  const sim = await findEsim(tx, asker, simId);
  requireEsimInUse(sim);
  requireConditions(await userConditions(tx, asker, simId));
  return sim;
};

/** Whether the asker is a *user* of the SIM's QR code (product.md §4). Others see states and dates. */
export const seesCodes = async (tx: Transaction, asker: Asker, simId: string): Promise<boolean> =>
  (await userConditions(tx, asker, simId)).every(({ state }) => state === 'met');

const userConditions = async (tx: Transaction, asker: Asker, simId: string): Promise<Condition[]> => {
  const facts = await findSimForActions(tx, visibilityOf(asker), simId, asker.sub);
  if (facts === undefined) throw notFound('There is no such SIM');
  const caller = { roles: asker.roles, profile: facts.profile };
  return [
    simIsOfKind(facts.sim, 'esim'),
    // A discarded SIM is in no slot, and its codes are history.
    ...(facts.sim.state === 'discarded' ? [] : [enabledInProfile(caller, ACTION, facts.slot)]),
    roleAllows(caller, ACTION),
  ];
};
