import type { ActionAvailability } from '@simlane/contracts/http/actions';
import type { Line, Sim } from '@simlane/contracts/http/fleet';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { PublicApi } from './public-api.ts';

const LINES_ON_A_PAGE = 100;

/** A line on which the action can be run, as it is before. */
export interface FoundLine {
  readonly line: Line;
  readonly sim: Sim;
  readonly actions: readonly ActionAvailability[];
  readonly action: ActionAvailability;
}

/**
 * The next line on which the action is available without a warning, of a SIM that has a group and an employee; the
 * preferred one if it is such a line. A change uses lines up, so on kept data it is another one each time.
 */
export const findLine = async (
  api: PublicApi,
  action: ReplacementAction,
  preferredId: string | undefined,
): Promise<FoundLine> => {
  for await (const line of lines(api, action, preferredId)) {
    if (line.sim === null || line.slot === null || line.changeInFlight !== null) continue;
    const sim = await api.call(inventoryRoutes.getSim, { params: { id: line.sim.id } });
    if (sim.state !== 'active' || sim.groupIds.length === 0 || sim.employeeId === null) continue;
    const { items: actions } = await api.call(inventoryRoutes.listLineActions, { params: { id: line.id } });
    const found = actions.find((one) => one.action === action);
    if (found?.display === 'available' && found.warnings.length === 0) return { line, sim, actions, action: found };
  }
  throw new Error(`No line is left on which ${action} is available; npm run reset gives the example data back`);
};

async function* lines(
  api: PublicApi,
  action: ReplacementAction,
  preferredId: string | undefined,
): AsyncGenerator<Line> {
  const simKind = action === 'switch_to_esim' ? 'physical' : 'esim';
  if (preferredId !== undefined) {
    const preferred = await api.call(inventoryRoutes.getLine, { params: { id: preferredId } });
    if (preferred.sim?.kind === simKind) yield preferred;
  }
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const query = { limit: LINES_ON_A_PAGE, simKind, ...(cursor === undefined ? {} : { cursor }) } as const;
    const page = await api.call(inventoryRoutes.listLines, { query });
    yield* page.items;
    cursor = page.nextCursor;
  }
}
