/** Provider connections: where a provider is reached and the secrets of both directions, sealed at rest and never read back. */
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { notFound } from '@simlane/service-kit/problem';
import type { Sealer } from '@simlane/service-kit/sealing';
import type { Db, Tx } from '../database.ts';
import type { ProviderAddress } from './provider-client.ts';
import { findConnection, putConnection, type StoredConnection } from './provider-connection.repository.ts';

export interface ConnectionKeeper {
  /** Where and with what the provider is reached. @throws ProblemError `not_found` */
  addressOf(accountId: string, providerId: string): Promise<ProviderAddress>;
  /** The secrets, `whsec_…`, with one of which a signal of this provider is signed; two while they rotate; none for an unknown one. */
  signalSecrets(tx: Tx, accountId: string, providerId: string): Promise<string[]>;
  put(accountId: string, connections: readonly ConnectionEntry[]): Promise<void>;
}

export interface ConnectionEntry {
  readonly providerId: string;
  readonly address: string;
  readonly credential: string;
  readonly signalSecrets: readonly string[];
}

export const createConnectionKeeper = ({ db, sealer }: { db: Db; sealer: Sealer }): ConnectionKeeper => ({
  addressOf: async (accountId, providerId) => {
    const connection = await readInAccount(db, accountId, (tx) => findConnection(tx, accountId, providerId));
    if (connection === undefined) throw notFound('The provider has no connection');
    const { address, credentialSealed } = connection;
    return { address, credential: sealer.openText(credentialSealed, sealedFor(accountId, providerId, 'credential')) };
  },

  signalSecrets: async (tx, accountId, providerId) => {
    const connection = await findConnection(tx, accountId, providerId);
    const sealed = connection?.signalSecretsSealed ?? [];
    return sealed.map((secret) => sealer.openText(secret, sealedFor(accountId, providerId, 'signal-secret')));
  },

  put: (accountId, connections) =>
    inAccount(db, accountId, async (tx) => {
      for (const { providerId, address, credential, signalSecrets } of connections) {
        await putConnection(tx, accountId, {
          providerId,
          address,
          credentialSealed: sealer.seal(credential, sealedFor(accountId, providerId, 'credential')),
          signalSecretsSealed: signalSecrets.map((secret) =>
            sealer.seal(secret, sealedFor(accountId, providerId, 'signal-secret')),
          ),
        });
      }
    }),
});

/** What a connection shows of itself. */
export const readConnection = async (db: Db, accountId: string, providerId: string): Promise<StoredConnection> => {
  const connection = await readInAccount(db, accountId, (tx) => findConnection(tx, accountId, providerId));
  if (connection === undefined) throw notFound();
  return connection;
};

const sealedFor = (accountId: string, providerId: string, purpose: string): string[] => [
  accountId,
  providerId,
  purpose,
];
