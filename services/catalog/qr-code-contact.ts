import type { Distributor, DistributorContact } from '@simlane/contracts/http/catalog';

/** The contacts who receive QR requests: those with the role; nobody of an archived or unknown distributor. */
export const qrCodeContacts = (distributor: Distributor | undefined): DistributorContact[] => {
  if (distributor === undefined || distributor.archivedAt !== null) return [];
  return distributor.contacts.filter(({ roles }) => roles.includes('esim_qr_code'));
};
