import type { Caller } from '@simlane/service-kit/authentication';
import type { RequestContact } from './qr-request.ts';
import { byCaller } from '../timeline/origin.ts';
import type { Origin } from '../timeline/timeline.repository.ts';
import type { Person } from './qr-request.ts';

/** Who or what imports a code (product.md §4). */
export type Importer =
  | { readonly source: 'user'; readonly caller: Caller }
  | {
      readonly source: 'upload_link';
      readonly linkId: string;
      readonly requestId: string;
      readonly sending: number;
      readonly contact: RequestContact;
    }
  | {
      readonly source: 'provider';
      readonly orderId: string;
      readonly factId: string;
      readonly occurredAt: string;
      readonly orderedBy: Person;
    };

export const originOf = (importer: Importer): Origin => {
  switch (importer.source) {
    case 'user':
      return byCaller(importer.caller);
    case 'upload_link':
      return { source: 'upload_link', actorId: importer.contact.contactId, causeId: importer.linkId };
    case 'provider':
      return {
        source: 'provider',
        actorId: null,
        causeId: importer.factId,
        occurredAt: new Date(importer.occurredAt),
      };
  }
};

/** Who stands on the code as its importer. */
export const importedBy = (importer: Importer): { id: string; name: string | null } => {
  switch (importer.source) {
    case 'user':
      return { id: importer.caller.sub, name: importer.caller.name };
    case 'upload_link':
      return { id: importer.contact.contactId, name: importer.contact.name };
    case 'provider':
      return { id: importer.orderId, name: null };
  }
};
