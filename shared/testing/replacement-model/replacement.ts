/**
 * One order and what it does to the fleet, as product.md §3 has it: `apply` gives what a caller gets and what is true
 * afterwards, `expectedAtRest` what everybody sees once nothing is left to be carried out.
 */
import type { Action, Answer, FleetChange, IccidSymbol, ProviderAnswer, Said } from './history.ts';
import {
  comparable,
  type Decided,
  type Judged,
  judgeWord,
  type Known,
  translated,
  type Word,
} from './provider-word.ts';

type EndReason = 'provider' | 'rejected' | 'manager' | 'operations';
type By = 'provider' | 'manager' | 'operations';

export interface JudgedWord {
  readonly word: Word;
  readonly disposition: Judged;
  readonly fillsIn: boolean;
}

export interface Terms {
  readonly cutoverOn: 'processed' | 'installed';
  readonly activate: boolean;
}

export interface Replacement {
  readonly terms: Terms;
  readonly decided: 'draft' | Decided;
  /** "An order's facts are its inbox": every word, in the order of its intake. */
  readonly words: readonly JudgedWord[];
  readonly endReason: EndReason | null;
  readonly known: Known;
  readonly entered: IccidSymbol | null;
  /** Of the new eSIM, once it is on the line. */
  readonly iccid: IccidSymbol | null;
  readonly iccidTodo: 'none_given' | 'malformed' | 'in_use' | 'differs' | null;
  /** Numbers of the words in conflict that nobody has resolved. */
  readonly conflicts: readonly number[];
  /** Those that the provider was asked to take back. */
  readonly reversed: readonly number[];
  readonly lastSignal: Said | null;
  readonly cancellation: 'passed_on' | 'refused' | null;
  /** The provider refuses what operations have cancelled: a conflict without a word. */
  readonly cancellationRefused: boolean;
  readonly fleet: Fleet;
}

/** What the slot shows; of the old SIM until the switch, of the new one afterwards. */
export interface Fleet {
  readonly state: 'active' | 'suspended';
  readonly groups: 'first' | 'second';
  readonly employee: 'first' | 'second';
  readonly slot: 1 | 2;
}

export const draftOf = (terms: Terms): Replacement => ({
  terms,
  decided: 'draft',
  words: [],
  endReason: null,
  known: { iccid: null, unusable: null, eid: null, everSaid: [] },
  entered: null,
  iccid: null,
  iccidTodo: null,
  conflicts: [],
  reversed: [],
  lastSignal: null,
  cancellation: null,
  cancellationRefused: false,
  fleet: { state: 'active', groups: 'first', employee: 'first', slot: 1 },
});

export interface Applied {
  readonly state: Replacement;
  readonly answer: Answer;
}

const answered = (state: Replacement, answer: Answer = 'done'): Applied => ({ state, answer });

export const apply = (state: Replacement, action: Action): Applied => {
  switch (action.do) {
    case 'signal': {
      // "A signal for an order that the provider row does not have is kept, `unknown_order`": a draft was never sent.
      const said = { ...state, lastSignal: action };
      return state.decided === 'draft' ? answered(said, 'unknown_order') : answered(hear(said, action), 'accepted');
    }
    case 'repeat_signal':
      return answered(state, 'duplicate');
    case 'replay_signal':
      // "Replaying one is a new fact."
      if (state.decided === 'draft' || state.lastSignal === null) return answered(state, 'unknown_order');
      return answered(hear(state, state.lastSignal), 'accepted');
    case 'reuse_message_id':
      // api.md: "duplicate means the same id and body"
      return apply(state, { do: 'signal', says: 'acknowledged' });
    case 'foreign_signal':
      return answered(state, FOREIGN[action.how]);
    case 'edit_draft':
      return answered(state, state.decided === 'draft' ? 'done' : 'order_state');
    case 'confirm':
      return answered(state.decided === 'draft' ? { ...state, decided: 'confirmed' } : state);
    case 'request_cancellation':
      return requestCancellation(state, action.provider);
    case 'enter_iccid':
      return enterIccid(state, action.iccid, action.reason);
    case 'confirm_installation':
      return confirmInstallation(state);
    case 'remind':
      return answered(state, isOpen(state) ? 'done' : 'order_state');
    case 'mark_processed':
      if (!isOpen(state)) return answered(state, 'order_state');
      if (action.iccid === 'malformed') return answered(state, 'iccid_invalid');
      return answered(hear(state, { says: 'installed', ...iccidOf(action.iccid) }, 'operations'));
    case 'cancel':
      return cancelByOperations(state, action.provider);
    case 'resolve_conflict':
      return resolveConflict(state, action.resolution);
    case 'deadline_passes':
      return isOpen(state) ? answered(hearAnswer(state, action.answer)) : answered(state, 'order_state');
    case 'change_fleet':
      return changeFleet(state, action.change);
  }
};

const FOREIGN = {
  unknown_order: 'unknown_order',
  // "An operator that serves two accounts is two providers": this one has no such order.
  other_provider: 'unknown_order',
  wrong_signature: 'unauthenticated',
} as const;

const isOpen = ({ decided }: Replacement): boolean => decided === 'confirmed' || decided === 'acknowledged';

const iccidOf = (iccid: IccidSymbol | undefined): { iccid?: IccidSymbol } => (iccid === undefined ? {} : { iccid });

/** "Each fact is judged once, at intake, by this table, against what has been decided so far." */
export const hear = (state: Replacement, said: Said, by: By = 'provider'): Replacement => {
  if (state.decided === 'draft') throw new Error('nobody can have heard of a draft');
  const word = translated(said.says, state.terms.cutoverOn);
  const judgement = judgeWord(state.decided, word, said, comparable(state.known, isIccidMissing(state)));
  const heard = { ...state, words: [...state.words, { word, ...judgement }] };
  switch (judgement.disposition) {
    case 'applied':
      return carryOut(heard, word, said, by);
    case 'conflict':
      return { ...heard, conflicts: [...state.conflicts, state.words.length] };
    case 'duplicate':
      return judgement.fillsIn ? fillIn(heard, said) : settleConflicts(heard, word);
    case 'stale':
      return heard;
  }
};

const isIccidMissing = ({ iccidTodo }: Replacement): boolean => iccidTodo !== null && iccidTodo !== 'differs';

/**
 * Not in §3: what the provider was asked to take back, or refused to cancel, is settled once it says that the order is
 * cancelled. A word that only repeats what was said before the conflict settles nothing.
 */
const settleConflicts = (state: Replacement, word: Word): Replacement => {
  if (state.decided !== 'cancelled' || (word !== 'cancelled' && word !== 'rejected')) return state;
  const conflicts = state.conflicts.filter((number) => !state.reversed.includes(number));
  return { ...state, conflicts, cancellationRefused: false };
};

const carryOut = (state: Replacement, word: Word, said: Said, by: By): Replacement => {
  if (word === 'cancelled' || word === 'rejected') {
    const granted = by === 'provider' && state.cancellation === 'passed_on' ? 'manager' : by;
    const endReason = by === 'provider' && word === 'rejected' ? 'rejected' : granted;
    return { ...state, decided: 'cancelled', endReason };
  }
  const known = knownAfter(state.known, said);
  return word === 'processed' ? switched({ ...state, known }) : { ...state, decided: 'acknowledged', known };
};

/** What another SIM in use has counts as missing too, so that it can still be filled in. */
const usable = (iccid: IccidSymbol | null | undefined): IccidSymbol | null =>
  iccid === 'A' || iccid === 'B' ? iccid : null;

const unusable = (iccid: IccidSymbol | null | undefined): 'malformed' | 'in_use' | null =>
  iccid === 'malformed' || iccid === 'in_use' ? iccid : null;

const knownAfter = (known: Known, said: Said): Known => ({
  iccid: usable(said.iccid) ?? known.iccid,
  unusable: unusable(said.iccid) ?? known.unusable,
  eid: said.eid ?? known.eid,
  everSaid: [...known.everSaid, ...[said.iccid, said.eid].filter((one) => one !== undefined)],
});

/** "ICCID: from the `processed` signal, else what the manager entered, else it stays open for entry after the switch." */
const switched = (state: Replacement): Replacement => {
  const entered = usable(state.entered);
  return {
    ...state,
    decided: 'processed',
    iccid: state.known.iccid ?? entered,
    iccidTodo: iccidTodo(state.known, entered),
    // "or suspended unless the order says `activate`"
    fleet: { ...state.fleet, state: state.terms.activate ? 'active' : state.fleet.state },
  };
};

/** "the to-do names the reason"; where the entry takes the place of what cannot be used, "the difference is shown". */
const iccidTodo = (known: Known, entered: IccidSymbol | null): Replacement['iccidTodo'] => {
  if (known.iccid !== null) return null;
  if (entered === null) return known.unusable ?? 'none_given';
  return known.unusable === null ? null : 'differs';
};

/** "fills in a missing ICCID, EID or code": what is there stays. */
const fillIn = (state: Replacement, said: Said): Replacement => {
  const { iccid, eid } = state.known;
  const known = { ...knownAfter(state.known, said), eid: eid ?? said.eid ?? null };
  const filled = { ...state, known: { ...known, iccid: iccid ?? known.iccid } };
  if (state.decided !== 'processed' || said.iccid === undefined) return filled;
  if (state.iccid === null) return { ...filled, iccid: usable(said.iccid), iccidTodo: unusable(said.iccid) };
  // "The signal wins over the entry, and the difference is shown": after the switch only a person corrects.
  return { ...filled, iccidTodo: said.iccid === state.iccid ? state.iccidTodo : 'differs' };
};

const hearAnswer = (state: Replacement, answer: ProviderAnswer): Replacement => {
  if (answer.says === 'received' || answer.says === 'nothing') return state;
  const said: Said = { ...answer, says: answer.says };
  // "its answer is a fact"; one that repeats what was said is none that anybody needs.
  const after = hear(state, said);
  const judged = after.words.at(-1);
  return judged?.disposition === 'applied' || judged?.fillsIn === true ? after : state;
};

/** "After [the first submission attempt] it is a request to the provider"; at rest, the order has been sent. */
const requestCancellation = (state: Replacement, provider: 'accepts' | 'refuses'): Applied => {
  if (state.decided === 'cancelled') return answered(state);
  if (!isOpen(state)) return answered(state, 'order_state');
  if (state.cancellation === 'passed_on') return answered(state);
  // "it can be refused, and then the order says so and goes on"
  return answered({ ...state, cancellation: provider === 'accepts' ? 'passed_on' : 'refused' });
};

/** "`in_progress`: its ICCID can be entered"; "A wrong one can be corrected afterwards with a reason." */
const enterIccid = (state: Replacement, iccid: IccidSymbol, reason: boolean): Applied => {
  if (state.decided !== 'acknowledged' && state.decided !== 'processed') return answered(state, 'order_state');
  if (iccid === 'malformed') return answered(state, 'iccid_invalid');
  const isSame = iccid === (state.decided === 'processed' ? state.iccid : state.entered);
  if (isSame) return answered(reason && state.decided === 'processed' ? { ...state, iccidTodo: null } : state);
  if (state.decided === 'processed' && state.iccid !== null && !reason) return answered(state, 'reason_required');
  if (iccid === 'in_use') return answered(state, 'iccid_in_use');
  if (state.decided === 'acknowledged') return answered({ ...state, entered: iccid });
  return answered({ ...state, iccid, iccidTodo: null });
};

/** "A manager can confirm an installation", where that is the cut-over. */
const confirmInstallation = (state: Replacement): Applied => {
  if (state.terms.cutoverOn !== 'installed') return answered(state, 'order_state');
  if (state.decided === 'processed') return answered(state);
  if (state.decided !== 'acknowledged') return answered(state, 'order_state');
  return answered(hear(state, { says: 'installed' }, 'manager'));
};

/** "Ops can: … cancel (the provider is told)". */
const cancelByOperations = (state: Replacement, provider: 'accepts' | 'refuses'): Applied => {
  if (!isOpen(state)) return answered(state, 'order_state');
  const cancelled = hear(state, { says: 'cancelled' }, 'operations');
  return answered({ ...cancelled, cancellationRefused: provider === 'refuses' });
};

/** The oldest open conflict; an eSIM that serves the line is not taken back. */
const resolveConflict = (state: Replacement, resolution: 'no_effect' | 'reverse_at_provider'): Applied => {
  if (state.conflicts.length === 0 && !state.cancellationRefused) return answered(state, 'order_state');
  if (resolution === 'reverse_at_provider') {
    if (state.decided === 'processed') return answered(state, 'order_state');
    return answered({ ...state, reversed: [...state.reversed, ...state.conflicts.slice(0, 1)] });
  }
  if (state.conflicts.length === 0) return answered({ ...state, cancellationRefused: false });
  return answered({ ...state, conflicts: state.conflicts.slice(1) });
};

/** What changes the SIM's state is refused in flight; "Moving the line […], groups, employee: allowed". */
const changeFleet = (state: Replacement, change: FleetChange): Applied => {
  const { fleet } = state;
  const set = (changed: Partial<Fleet>): Applied => answered({ ...state, fleet: { ...fleet, ...changed } });
  switch (change) {
    case 'turn_state':
      if (isOpen(state)) return answered(state, 'change_in_flight');
      return set({ state: fleet.state === 'active' ? 'suspended' : 'active' });
    case 'move':
      return set({ slot: fleet.slot === 1 ? 2 : 1 });
    case 'regroup':
      return set({ groups: fleet.groups === 'first' ? 'second' : 'first' });
    case 'reassign':
      return set({ employee: fleet.employee === 'first' ? 'second' : 'first' });
  }
};

export type Todo =
  | `conflict ${number}`
  | 'conflict refused'
  | 'iccid_differs'
  | `iccid_missing ${'none_given' | 'malformed' | 'in_use'}`;

export interface AtRest {
  readonly status: 'draft' | 'confirmed' | 'in_progress' | 'processed' | 'cancelled';
  readonly endReason: EndReason | null;
  readonly dispositions: readonly string[];
  readonly todos: readonly Todo[];
  readonly cancellation: 'passed_on' | 'refused' | null;
  /** Which SIM is on the line, and what it shows. */
  readonly onLine: 'old' | 'new';
  readonly fleet: Fleet;
  readonly incoming: { readonly iccid: IccidSymbol | null } | null;
  readonly newIccid: IccidSymbol | null;
  readonly oldSim: 'serving' | 'discarded';
}

const STATUS = {
  draft: 'draft',
  confirmed: 'confirmed',
  acknowledged: 'in_progress',
  processed: 'processed',
  cancelled: 'cancelled',
} as const;

/** The table "order status: what is true in the inventory". */
export const expectedAtRest = (state: Replacement): AtRest => ({
  status: STATUS[state.decided],
  endReason: state.endReason,
  dispositions: state.words.map(({ word, disposition }) => `${word}: ${disposition}`),
  todos: todosOf(state),
  cancellation: state.cancellation,
  onLine: state.decided === 'processed' ? 'new' : 'old',
  fleet: state.fleet,
  // "The signal wins over the entry."
  incoming: state.decided === 'acknowledged' ? { iccid: state.known.iccid ?? usable(state.entered) } : null,
  newIccid: state.decided === 'processed' ? state.iccid : null,
  oldSim: state.decided === 'processed' ? 'discarded' : 'serving',
});

const todosOf = ({ conflicts, cancellationRefused, iccidTodo }: Replacement): Todo[] => [
  ...conflicts.map((number) => `conflict ${number}` as const),
  ...(cancellationRefused ? (['conflict refused'] as const) : []),
  ...(iccidTodo === null
    ? []
    : iccidTodo === 'differs'
      ? (['iccid_differs'] as const)
      : [`iccid_missing ${iccidTodo}` as const]),
];
