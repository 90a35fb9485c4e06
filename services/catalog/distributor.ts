import { catalogInternalRoutes, catalogRoutes, type Distributor } from '@simlane/contracts/http/catalog';
import { readInAccount } from '@simlane/service-kit/postgres';
import { serveInternal } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Db, Tx } from './database.ts';
import { qrCodeContacts } from './qr-code-contact.ts';
import { findItem, type Resource, resource } from './resource.ts';
import { timeOrNull } from './time.ts';

const select = (tx: Tx, accountId: string) =>
  tx
    .selectFrom('distributor')
    .select((distributor) => [
      'id',
      'name',
      'archived_at as archivedAt',
      jsonArrayFrom(
        distributor
          .selectFrom('distributor_contact as contact')
          .select(['contact.id', 'contact.name', 'contact.email', 'contact.language'])
          .select(
            sql<'esim_qr_code'[]>`array(
              select role from distributor_contact_role as held
              where held.account_id = contact.account_id and held.contact_id = contact.id
              order by role
            )`.as('roles'),
          )
          .whereRef('contact.account_id', '=', 'distributor.account_id')
          .whereRef('contact.distributor_id', '=', 'distributor.id')
          .orderBy('contact.name')
          .orderBy('contact.id'),
      ).as('contacts'),
    ])
    .where('account_id', '=', accountId);

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const distributors: Resource<Row, Distributor> = {
  select,
  toItem: (row) => ({ ...row, archivedAt: timeOrNull(row.archivedAt) }),
};

/** Distributors with their contacts and the contacts' roles. */
export const addDistributorRoutes = (app: { public: FastifyInstance; internal: FastifyInstance }, db: Db): void => {
  const { listDistributors: list, getDistributor: get } = catalogRoutes;
  resource(app.public, db, { list, get }, distributors);

  const { listQrCodeContacts } = catalogInternalRoutes;
  serveInternal(app.internal, listQrCodeContacts, async ({ caller: { accountId }, params: { id } }) => {
    const distributor = await readInAccount(db, accountId, (tx) => findItem(tx, accountId, id, distributors));
    return { distributorName: distributor?.name ?? null, items: qrCodeContacts(distributor) };
  });
};
