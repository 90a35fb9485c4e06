/** A message as a provider signs and sends it; the order id is empty where it speaks of none. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly providerId: string;
  readonly orderId: string;
  readonly type: string;
  readonly body: string;
}
