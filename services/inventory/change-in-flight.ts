/** What ends a change that is in the way, in plain words. */
export const howChangeEnds = (orderId: string): string =>
  `Wait until the order ${orderId} is finished, or ask for its cancellation with POST /orders/v1/orders/${orderId}/cancellation-requests; a manager can do it`;
