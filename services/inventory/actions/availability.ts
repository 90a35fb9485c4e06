import type { Display } from '@simlane/contracts/actions';
import type { ActionAvailability, Condition } from '@simlane/contracts/http/actions';
import type { ReplacementAction } from '@simlane/contracts/order';
import type { LineActionFacts, LineFacts, SimActionFacts } from './action-facts.ts';
import {
  enabledInProfile,
  esimInCatalog,
  lineInSlot,
  noChangeInFlight,
  qrCodeContact,
  roleAllows,
  simIsOfKind,
  simServing,
} from './conditions.ts';

/** Which kind of SIM each order action is for; by this the two exclude each other on a slot. */
const KIND_OF = { switch_to_esim: 'physical', replace_esim: 'esim' } as const;

/**
 * `switch_to_esim` or `replace_esim` on a line: every condition, met or not. Not applicable where the line is in no
 * slot, has no SIM, or one of the other kind; otherwise available only if all conditions are met.
 */
export const lineAction = (
  action: ReplacementAction,
  { line, provider, caller }: LineActionFacts,
): ActionAvailability => {
  const kind = simIsOfKind(line.sim, KIND_OF[action]);
  const inSlot = lineInSlot(line);
  const conditions = [
    inSlot,
    kind,
    simServing(line.sim),
    esimInCatalog(provider),
    enabledInProfile(caller, action, line.slot),
    roleAllows(caller, action),
    noChangeInFlight(line.changeOrderId),
  ];
  const display = displayOf(inSlot.state === 'met' && kind.state === 'met', conditions);
  return {
    action,
    place: 'order',
    target: { type: 'line', id: line.id, slot: line.slot, incoming: false },
    display,
    conditions,
    warnings: display === 'not_applicable' ? [] : deviceWarnings(line.device),
  };
};

/**
 * `generate_esim_qr_code` on a SIM, or on the slot's incoming one. A change in flight does not matter here, and
 * neither does what the catalog sells.
 */
export const qrCodeAction = ({ sim, slot, incoming, contacts, caller }: SimActionFacts): ActionAvailability => {
  const kind = simIsOfKind(sim, 'esim');
  const conditions = [
    kind,
    qrCodeContact(contacts),
    enabledInProfile(caller, 'generate_esim_qr_code', slot),
    roleAllows(caller, 'generate_esim_qr_code'),
  ];
  return {
    action: 'generate_esim_qr_code',
    place: 'general',
    target: { type: 'sim', id: sim.id, slot, incoming },
    display: displayOf(slot !== null && kind.state === 'met', conditions),
    conditions,
    warnings: [],
  };
};

/** The same where the line has no SIM: not applicable, and the conditions say why. There is no SIM to name but the line. */
export const qrCodeActionWithoutSim = (
  line: Pick<LineFacts, 'id' | 'slot'>,
  { contacts, caller }: Pick<SimActionFacts, 'contacts' | 'caller'>,
): ActionAvailability => ({
  action: 'generate_esim_qr_code',
  place: 'general',
  target: { type: 'line', id: line.id, slot: line.slot, incoming: false },
  display: 'not_applicable',
  conditions: [
    simIsOfKind(null, 'esim'),
    qrCodeContact(contacts),
    enabledInProfile(caller, 'generate_esim_qr_code', line.slot),
    roleAllows(caller, 'generate_esim_qr_code'),
  ],
  warnings: [],
});

const displayOf = (applicable: boolean, conditions: readonly Condition[]): Display => {
  if (!applicable) return 'not_applicable';
  return conditions.every(({ state }) => state === 'met') ? 'available' : 'blocked';
};

const deviceWarnings = (device: LineFacts['device']): ActionAvailability['warnings'] =>
  device?.esimCapable === 'no'
    ? [
        {
          code: 'device_not_esim_capable',
          detail: 'The device is known not to support eSIM: the new eSIM cannot be installed in it',
        },
      ]
    : [];
