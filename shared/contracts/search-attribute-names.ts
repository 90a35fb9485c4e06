/** Search attributes of every workflow; registered when the namespace is made. Values are ids and states, nothing personal. */
export const SEARCH_ATTRIBUTES = {
  AccountId: 'Keyword',
  ProviderId: 'Keyword',
  OrderId: 'Keyword',
  /** The order's status. */
  Phase: 'Keyword',
  NeedsAttention: 'Bool',
} as const;
