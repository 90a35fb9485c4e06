import type { ActionAvailability, Condition } from '@simlane/contracts/http/actions';
import type {
  SignalledIdentifiers,
  OrderedLine,
  Reservation,
  SimReplacement,
} from '@simlane/contracts/http/inventory-internal';
import type { qrCodeInternalRoutes } from '@simlane/contracts/http/qr-code-internal';
import type { RouteAnswer } from '@simlane/contracts/http/route';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { Actor } from '@simlane/service-kit/authentication';
import type { OrderedBy } from './database.ts';

/**
 * What order asks of inventory. Every call may throw `dependency_unavailable`: its outcome is then unknown, and it is
 * repeated with the same content.
 */
export interface Inventory {
  /** @throws ProblemError `not_found` for a line that the person does not see */
  lineForOrder(query: {
    accountId: string;
    actor: Actor;
    lineId: string;
    action: ReplacementAction;
  }): Promise<{ line: OrderedLine; availability: ActionAvailability }>;

  /** The first answer to an attempt stands. */
  reserve(command: {
    accountId: string;
    actor: Actor;
    orderId: string;
    attempt: number;
    action: ReplacementAction;
    lineId: string;
    article: { packId: string; articleId: string };
    activate: boolean;
    acceptWarnings: readonly string[];
  }): Promise<Reservation>;

  /** A repeat with the same content changes nothing. */
  fillIn(command: {
    accountId: string;
    orderId: string;
    factId: string;
    occurredAt: Date;
    signalled: SignalledIdentifiers;
  }): Promise<SimReplacement>;

  /** The same ICCID again changes nothing and answers `none`. */
  enterIccid(command: {
    accountId: string;
    actor: Actor;
    orderId: string;
    iccid: string;
    reason: string | null;
    acceptWarnings: readonly string[];
  }): Promise<SimReplacement & { change: 'entered' | 'corrected' | 'none' }>;

  /** The conditions under which the person could ask this distributor for the QR code of an eSIM to come on the line. */
  qrRequestOutlook(query: {
    accountId: string;
    actor: Actor;
    lineId: string;
    distributorId: string;
  }): Promise<readonly Condition[]>;

  /** A code goes into the eSIM of the order. A repeat with the same content changes nothing. */
  importOrderedCode(command: {
    accountId: string;
    orderId: string;
    factId: string;
    occurredAt: Date;
    activationCode: string;
    orderedBy: OrderedBy;
  }): Promise<RouteAnswer<typeof qrCodeInternalRoutes.importOrderedCode>>;

  /** One request for an order, whatever the number of calls. */
  requestForOrder(command: {
    accountId: string;
    orderId: string;
    factId: string;
    orderedBy: OrderedBy;
  }): Promise<RouteAnswer<typeof qrCodeInternalRoutes.requestForOrder>>;
}
