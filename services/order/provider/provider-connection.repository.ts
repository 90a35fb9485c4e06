import { sql } from 'kysely';
import type { Tx } from '../database.ts';

export interface StoredConnection {
  readonly providerId: string;
  readonly address: string;
  readonly credentialSealed: string;
  readonly signalSecretsSealed: readonly string[];
  readonly updatedAt: Date;
}

export const findConnection = async (
  tx: Tx,
  accountId: string,
  providerId: string,
): Promise<StoredConnection | undefined> => {
  const row = await tx
    .selectFrom('provider_connection')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('provider_id', '=', providerId)
    .executeTakeFirst();
  return (
    row && {
      providerId: row.provider_id,
      address: row.address,
      credentialSealed: row.credential_sealed,
      signalSecretsSealed: row.signal_secrets_sealed,
      updatedAt: row.updated_at,
    }
  );
};

/** Puts a connection in place of the one there was. */
export const putConnection = async (
  tx: Tx,
  accountId: string,
  connection: Omit<StoredConnection, 'updatedAt'>,
): Promise<void> => {
  const values = {
    address: connection.address,
    credential_sealed: connection.credentialSealed,
    signal_secrets_sealed: JSON.stringify(connection.signalSecretsSealed),
    updated_at: sql<Date>`now()`,
  };
  await tx
    .insertInto('provider_connection')
    .values({ account_id: accountId, provider_id: connection.providerId, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'provider_id']).doUpdateSet(values))
    .execute();
};
