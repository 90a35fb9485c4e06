import { broken, type Finding } from './finding.ts';
import type { InventorySnapshot, Snapshot } from './snapshot.ts';

interface Reference {
  readonly from: string;
  readonly accountId: string;
  readonly orderId?: string | null;
  readonly to: keyof ReturnType<typeof ownersOf>;
  readonly id: string | null;
}

/** Invariant 7: what a row names by its id belongs to the row's own account, in whichever database it stands. */
export const checkAccounts = (snapshot: Snapshot): Finding[] => {
  const owners = ownersOf(snapshot);
  return referencesIn(snapshot).flatMap(({ from, accountId, orderId, to, id }): Finding[] => {
    const owner = id === null ? undefined : owners[to].get(id);
    if (owner === undefined || owner.has(accountId)) return [];
    return [
      broken(
        7,
        { accountId, orderId: orderId ?? null },
        `${from} points to ${to} ${id} of account ${[...owner].join()}`,
      ),
    ];
  });
};

const ownersOf = ({ order, inventory, notification, catalog }: Snapshot) => ({
  order: byId(order.orders),
  service_call: byId(order.serviceCalls),
  fact: byId(order.facts),
  line: byId(inventory.lines),
  sim: byId(inventory.sims),
  provider: byId(catalog.providers),
  article: byId(catalog.articles),
  recipient: byId(notification.recipients),
  qr_code: byId(inventory.qrCodes),
  qr_request: byId(inventory.qrRequests),
  qr_link: byId(inventory.qrLinks),
  qr_notification: byId(inventory.qrNotifications),
  service_rollout: byId(inventory.serviceRollouts),
  file: byId(inventory.files),
});

const byId = (rows: readonly { readonly id: string; readonly accountId: string }[]): Map<string, Set<string>> => {
  const owners = new Map<string, Set<string>>();
  for (const { id, accountId } of rows) owners.set(id, (owners.get(id) ?? new Set()).add(accountId));
  return owners;
};

/** Of what a due row's id is; of other kinds, a recipient's. */
const DUE_FOR: Readonly<Record<string, Reference['to']>> = {
  order: 'order',
  service_call: 'service_call',
  qr_request: 'qr_request',
  qr_notification: 'qr_notification',
  unkept_file: 'file',
  service_rollout: 'service_rollout',
  sim_services: 'sim',
  service_reconciliation: 'sim',
};

const referencesIn = ({ order, inventory, notification }: Snapshot): Reference[] => [
  ...order.orders.flatMap(({ accountId, id, lineId, oldSimId, newSimId, providerId, articleId }): Reference[] => {
    const from = { from: `order ${id}`, accountId, orderId: id };
    return [
      { ...from, to: 'line', id: lineId },
      { ...from, to: 'sim', id: oldSimId },
      { ...from, to: 'sim', id: newSimId },
      { ...from, to: 'provider', id: providerId },
      { ...from, to: 'article', id: articleId },
    ];
  }),
  ...order.facts.map(
    ({ accountId, id, orderId }): Reference => ({
      from: `fact ${id}`,
      accountId,
      orderId,
      to: 'order',
      id: orderId,
    }),
  ),
  ...order.signals.flatMap(({ accountId, id, orderId, factId, providerId }): Reference[] => {
    const from = { from: `signal ${id}`, accountId, orderId };
    return [
      { ...from, to: 'order', id: orderId },
      { ...from, to: 'fact', id: factId },
      { ...from, to: 'provider', id: providerId },
    ];
  }),
  ...order.serviceCalls.map(
    ({ accountId, id, providerId }): Reference => ({
      from: `service call ${id}`,
      accountId,
      to: 'provider',
      id: providerId,
    }),
  ),
  ...order.connections.map(
    ({ accountId, providerId }): Reference => ({
      from: 'a provider connection',
      accountId,
      to: 'provider',
      id: providerId,
    }),
  ),
  ...[...order.due, ...inventory.due, ...notification.due].map(
    ({ service, accountId, kind, id }): Reference => ({
      from: `${service}'s due row ${kind} ${id}`,
      accountId,
      to: DUE_FOR[kind] ?? 'recipient',
      id,
    }),
  ),
  ...inventory.replacements.flatMap(({ accountId, orderId, lineId, oldSimId, newSimId }): Reference[] => {
    const from = { from: `the replacement of order ${orderId}`, accountId, orderId };
    return [
      { ...from, to: 'order', id: orderId },
      { ...from, to: 'line', id: lineId },
      { ...from, to: 'sim', id: oldSimId },
      { ...from, to: 'sim', id: newSimId },
    ];
  }),
  ...inventory.lines.flatMap(({ accountId, id, simId, providerId, changeOrderId }): Reference[] => {
    const from = { from: `line ${id}`, accountId, orderId: changeOrderId };
    return [
      { ...from, to: 'sim', id: simId },
      { ...from, to: 'provider', id: providerId },
      { ...from, to: 'order', id: changeOrderId },
    ];
  }),
  ...inventory.sims.flatMap(({ accountId, id, providerId, changeOrderId }): Reference[] => {
    const from = { from: `SIM ${id}`, accountId, orderId: changeOrderId };
    return [
      { ...from, to: 'provider', id: providerId },
      { ...from, to: 'order', id: changeOrderId },
    ];
  }),
  ...inventory.timeline.flatMap(({ accountId, id, orderId, subjectType, subjectId }): Reference[] => {
    const from = { from: `timeline entry ${id}`, accountId, orderId };
    return [
      { ...from, to: 'order', id: orderId },
      { ...from, to: subjectType, id: subjectId },
    ];
  }),
  ...qrReferencesIn(inventory),
  ...servicesReferencesIn(inventory),
  ...notification.messages.map(
    ({ accountId, id, objectType, objectId }): Reference => ({
      from: `message ${id}`,
      accountId,
      orderId: objectType === 'order' ? objectId : null,
      to: objectType,
      id: objectId,
    }),
  ),
];

const qrReferencesIn = ({
  qrCodes,
  qrRequests,
  qrContacts,
  qrLinks,
  qrNotifications,
}: InventorySnapshot): Reference[] => [
  ...qrRequests.flatMap(({ accountId, id, simId, orderId }): Reference[] => {
    const from = { from: `QR request ${id}`, accountId, orderId };
    return [
      { ...from, to: 'sim', id: simId },
      { ...from, to: 'order', id: orderId },
    ];
  }),
  ...qrContacts.map(
    ({ accountId, requestId }): Reference => ({ from: 'a contact', accountId, to: 'qr_request', id: requestId }),
  ),
  ...qrCodes.flatMap(({ accountId, id, simId, requestId, fileId }): Reference[] => {
    const from = { from: `QR code ${id}`, accountId };
    return [
      { ...from, to: 'sim', id: simId },
      { ...from, to: 'qr_request', id: requestId },
      { ...from, to: 'file', id: fileId },
    ];
  }),
  ...qrLinks.flatMap(({ accountId, id, requestId, qrCodeId }): Reference[] => {
    const from = { from: `link ${id}`, accountId };
    return [
      { ...from, to: 'qr_request', id: requestId },
      { ...from, to: 'qr_code', id: qrCodeId },
    ];
  }),
  ...qrNotifications.flatMap(({ accountId, id, qrCodeId, requestId, linkId }): Reference[] => {
    const from = { from: `QR notification ${id}`, accountId };
    return [
      { ...from, to: 'qr_code', id: qrCodeId },
      { ...from, to: 'qr_request', id: requestId },
      { ...from, to: 'qr_link', id: linkId },
    ];
  }),
];

const servicesReferencesIn = ({
  services,
  serviceChanges,
  driftProposals,
  serviceReconciliations,
}: InventorySnapshot): Reference[] => [
  ...services.map(({ accountId, id }): Reference => ({ from: 'services', accountId, to: 'sim', id })),
  ...serviceChanges.map(
    ({ accountId, id, simId }): Reference => ({ from: `service change ${id}`, accountId, to: 'sim', id: simId }),
  ),
  ...driftProposals.map(
    ({ accountId, id, simId }): Reference => ({ from: `drift proposal ${id}`, accountId, to: 'sim', id: simId }),
  ),
  ...serviceReconciliations.map(
    ({ accountId, id, simId }): Reference => ({ from: `reconciliation ${id}`, accountId, to: 'sim', id: simId }),
  ),
];
