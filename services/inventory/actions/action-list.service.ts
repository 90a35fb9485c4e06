import type { ActionAvailability } from '@simlane/contracts/http/actions';
import type { Device } from '@simlane/contracts/http/fleet';
import type { Role } from '@simlane/contracts/permissions';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Database } from '../database.ts';
import { findDevice } from '../fleet/device.repository.ts';
import { visibilityOf } from '../fleet/visibility.ts';
import {
  findLinesForActions,
  findSimForActions,
  type LineForActions,
  type SimForActions,
} from './action-facts.repository.ts';
import type { ActionCaller, LineFacts } from './action-facts.ts';
import { lineAction, qrCodeAction, qrCodeActionWithoutSim } from './availability.ts';
import { type Catalog, learnt, NO_DISTRIBUTOR } from './catalog.ts';

/** Whoever asks, in his account; his roles and the profile that he holds decide. */
export interface Asker {
  readonly accountId: string;
  readonly sub: string;
  readonly roles: readonly Role[];
}

export type DeviceDetail = Device & { actions: ActionAvailability[] };

export interface ActionLists {
  readonly db: Database;
  readonly catalog: Catalog;
}

/** Every action of a line, its SIM and the incoming one, for whoever asks. */
export const actionsOfLine = async (
  { db, catalog }: ActionLists,
  caller: Asker,
  lineId: string,
): Promise<ActionAvailability[]> => {
  const [facts] = await readInAccount(db, caller.accountId, (tx) =>
    findLinesForActions(tx, visibilityOf(caller), { lineId }, caller.sub),
  );
  if (facts === undefined) throw notFound('There is no such line');
  return judgeLine(catalog, caller, facts);
};

/** The actions whose target is this SIM. */
export const actionsOfSim = async (
  { db, catalog }: ActionLists,
  caller: Asker,
  simId: string,
): Promise<ActionAvailability[]> => {
  const facts = await readInAccount(db, caller.accountId, (tx) =>
    findSimForActions(tx, visibilityOf(caller), simId, caller.sub),
  );
  if (facts === undefined) throw notFound('There is no such SIM');
  return [await judgeSim(catalog, caller, facts)];
};

/** A device with every action of the lines and SIMs in it. */
export const deviceWithActions = async (
  { db, catalog }: ActionLists,
  caller: Asker,
  deviceId: string,
): Promise<DeviceDetail> => {
  const visibility = visibilityOf(caller);
  const { device, lines } = await readInAccount(db, caller.accountId, async (tx) => ({
    device: await findDevice(tx, visibility, deviceId),
    lines: await findLinesForActions(tx, visibility, { deviceId }, caller.sub),
  }));
  if (device === undefined) throw notFound('There is no such device');
  const actions = await Promise.all(lines.map((facts) => judgeLine(catalog, caller, facts)));
  return { ...device, actions: actions.flat() };
};

const judgeLine = async (
  catalog: Catalog,
  asker: Asker,
  { line, profile }: LineForActions,
): Promise<ActionAvailability[]> => {
  const { accountId, roles } = asker;
  const caller: ActionCaller = { roles, profile };
  const [provider, ...ofSims] = await Promise.all([
    catalog.providerFacts(accountId, line.providerId, 'kept'),
    judgeSimOfLine(catalog, asker, { line, profile }),
    ...(line.incomingSim === null
      ? []
      : [judgeSim(catalog, asker, { sim: line.incomingSim, slot: line.slot, incoming: true, profile })]),
  ]);
  const facts = { line, provider, caller };
  return [lineAction('switch_to_esim', facts), lineAction('replace_esim', facts), ...ofSims];
};

const judgeSimOfLine = async (
  catalog: Catalog,
  asker: Asker,
  { line, profile }: { line: LineFacts; profile: ActionCaller['profile'] },
): Promise<ActionAvailability> => {
  if (line.sim !== null) return judgeSim(catalog, asker, { sim: line.sim, slot: line.slot, incoming: false, profile });
  return qrCodeActionWithoutSim(line, { contacts: learnt(NO_DISTRIBUTOR), caller: { roles: asker.roles, profile } });
};

const judgeSim = async (
  catalog: Catalog,
  { accountId, roles }: Asker,
  { sim, slot, incoming, profile }: SimForActions,
): Promise<ActionAvailability> => {
  const contacts =
    sim.distributorId === null ? learnt(NO_DISTRIBUTOR) : await catalog.qrCodeContacts(accountId, sim.distributorId);
  return qrCodeAction({ sim, slot, incoming, contacts, caller: { roles, profile } });
};
