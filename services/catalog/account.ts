import { type Account, catalogInternalRoutes, catalogRoutes } from '@simlane/contracts/http/catalog';
import { readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import { serveInternal, servePublic } from '@simlane/service-kit/routes';
import type { FastifyInstance } from 'fastify';
import type { Db } from './database.ts';

/** The settings of the account; there is one row an account. */
export const addAccountRoutes = (app: { public: FastifyInstance; internal: FastifyInstance }, db: Db): void => {
  servePublic(app.public, catalogRoutes.getAccount, ({ caller }) => getAccount(db, caller.accountId));
  serveInternal(app.internal, catalogInternalRoutes.getAccount, ({ caller }) => getAccount(db, caller.accountId));
};

const getAccount = async (db: Db, accountId: string): Promise<Account> => {
  const account = await readInAccount(db, accountId, (tx) =>
    tx
      .selectFrom('account')
      .select([
        'account_id as id',
        'name',
        'time_zone as timeZone',
        'locale',
        'notification_address as notificationAddress',
      ])
      .where('account_id', '=', accountId)
      .executeTakeFirst(),
  );
  if (account === undefined) throw notFound('This account is not known here');
  return account;
};
