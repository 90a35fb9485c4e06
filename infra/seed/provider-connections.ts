import { createHmac } from 'node:crypto';
import type { CatalogSeed } from '@simlane/contracts/http/catalog';

/** How one provider of the local stack is reached, and how it reaches us. */
export interface ProviderConnection {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly address: string;
  readonly credential: string;
  readonly signalUrl: string;
  readonly signalSecret: string;
}

export interface ConnectionEnds {
  readonly sandboxUrl: string;
  readonly orderPublicUrl: string;
  /** Never leaves the machine; what is derived from it stays the same as long as it does. */
  readonly sandboxControlToken: string;
}

/** A connection for each provider of the accounts, all of them to the sandbox. */
export const providerConnections = (
  accounts: readonly { readonly catalog: CatalogSeed }[],
  { sandboxUrl, orderPublicUrl, sandboxControlToken }: ConnectionEnds,
): readonly ProviderConnection[] => {
  const derive = (purpose: string, providerId: string) =>
    createHmac('sha256', sandboxControlToken).update(`${purpose}/${providerId}`);
  return accounts.flatMap(({ catalog: { account, providers } }) =>
    providers.map(({ id, name }) => ({
      id,
      accountId: account.id,
      name,
      address: `${sandboxUrl}/providers/${id}`,
      credential: derive('credential', id).digest('base64url'),
      signalUrl: `${orderPublicUrl}/orders/v1/provider-signals/${account.id}/${id}`,
      signalSecret: `whsec_${derive('signal-secret', id).digest('base64')}`,
    })),
  );
};
