/**
 * What is wrong, and where. `broken` may never be seen, not even for an instant; `settling` may pass by itself while
 * work is in flight and is wrong only if it stays; `stuck` is owed and known not to go on, and is for a person.
 */
export interface Finding {
  /** Number of the invariant. */
  readonly invariant: Invariant;
  readonly state: 'broken' | 'settling' | 'stuck';
  readonly accountId: string | null;
  readonly orderId: string | null;
  /** One plain line that names the row; no content of it. */
  readonly what: string;
}

export const INVARIANTS = {
  1: 'an accepted order exists once and is submitted once',
  2: 'a signal is stored once, judged by the table, carried out once',
  3: 'a status never moves backwards, a line keeps exactly one serving SIM',
  4: 'one mail a recipient, or two after an unknown outcome',
  5: 'a QR code has its file, and a file its QR code',
  6: 'nothing due is older than a minute',
  7: 'no row points into another account',
  8: 'one fact or timeline entry for each change of state',
  9: 'what is unfinished is due, reserved and running',
  10: 'what is wanted, asked for and confirmed of a SIM fits together',
} as const;
export type Invariant = keyof typeof INVARIANTS;

interface Place {
  readonly accountId?: string | null;
  readonly orderId?: string | null;
}

const finding =
  (state: Finding['state']) =>
  (invariant: Invariant, { accountId = null, orderId = null }: Place, what: string): Finding => ({
    invariant,
    state,
    accountId,
    orderId,
    what,
  });

export const broken = finding('broken');
export const settling = finding('settling');
export const stuck = finding('stuck');
