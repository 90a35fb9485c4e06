import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { calderRail } from './accounts/calder-rail.ts';
import { transportsValmont } from './accounts/transports-valmont.ts';
import { catalogOfAccount } from './catalog-of-account.ts';
import { fleetOfAccount } from './fleet-of-account.ts';

export interface ExampleAccount {
  readonly id: string;
  readonly name: string;
  readonly catalog: CatalogSeed;
  readonly fleet: InventorySeed;
}

/** The example accounts, complete; the same at every call. The first is the English one, the second the French one. */
export const exampleAccounts = (): readonly [ExampleAccount, ExampleAccount] => {
  const account = (source: typeof calderRail): ExampleAccount => ({
    id: source.account.id,
    name: source.account.name,
    catalog: catalogOfAccount(source),
    fleet: fleetOfAccount(source),
  });
  return [account(calderRail), account(transportsValmont)];
};
