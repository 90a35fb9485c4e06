import { catalogInternalRoutes, catalogRoutes, type Provider } from '@simlane/contracts/http/catalog';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db, Tx } from './database.ts';
import { findItem, type Resource, resource } from './resource.ts';
import { timeOrNull } from './time.ts';

const select = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('provider')
    .select([
      'id',
      'name',
      'customer_number as customerNumber',
      'contract_reference as contractReference',
      'time_to_acknowledge as timeToAcknowledge',
      'time_to_process as timeToProcess',
      'cutover_on as cutoverOn',
      'billing_zone as billingZone',
      'plan_change as planChange',
      'service_changes_per_minute as serviceChangesPerMinute',
      'smdp_addresses as smdpAddresses',
      'archived_at as archivedAt',
    ])
    .where('account_id', '=', accountId);

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

export const providers: Resource<Row, Provider> = {
  select,
  toItem: (row) => ({ ...row, archivedAt: timeOrNull(row.archivedAt) }),
};

/** Providers, as this account has them. */
export const addProviderRoutes = (app: { public: FastifyInstance; internal: FastifyInstance }, db: Db): void => {
  const { listProviders: list, getProvider: get } = catalogRoutes;
  resource(app.public, db, { list, get }, providers);

  serveInternal(app.internal, catalogInternalRoutes.getProvider, async ({ caller: { accountId }, params: { id } }) => {
    const provider = await readInAccount(db, accountId, (tx) => findItem(tx, accountId, id, providers));
    if (provider === undefined) throw notFound();
    return provider;
  });
};
