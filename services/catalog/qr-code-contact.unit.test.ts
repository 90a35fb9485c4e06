import { expect, it } from 'vitest';
import { qrCodeContacts } from './qr-code-contact.ts';

const holder = {
  id: '01890000-0000-7000-8000-000000000001',
  name: 'Holder',
  email: 'holder@example.com',
  language: 'en' as const,
  roles: ['esim_qr_code' as const],
};
const other = { ...holder, id: '01890000-0000-7000-8000-000000000002', roles: [] };
const distributor = { id: holder.id, name: 'Distributor', contacts: [other, holder], archivedAt: null };

it('QR requests go to the contacts with the role, and to nobody of an archived or unknown distributor', () => {
  expect(qrCodeContacts(distributor)).toEqual([holder]);
  expect(qrCodeContacts({ ...distributor, archivedAt: '2026-01-01T00:00:00.000Z' })).toEqual([]);
  expect(qrCodeContacts(undefined)).toEqual([]);
});
