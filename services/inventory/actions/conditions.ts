import type { Action, ConditionCode, ConditionState, Fixer } from '@simlane/contracts/actions';
import type { Condition } from '@simlane/contracts/http/actions';
import { mayDo, type Permission } from '@simlane/contracts/permissions';
import { isServing, type SimKind, type Slot } from '@simlane/contracts/sim';
import { howChangeEnds } from '../change-in-flight.ts';
import type { ActionCaller, LineFacts, SimFacts } from './action-facts.ts';
import { isEnabled } from './action-profile.ts';
import type { Learnt, ProviderFacts, QrCodeContactFacts } from './catalog.ts';

/** The conditions of product.md §2, one function each: as it stands, in plain words, and how to change that. */

const ACTION_NAMES: Record<Action, string> = {
  switch_to_esim: 'Switch to eSIM',
  replace_esim: 'Replace the eSIM',
  generate_esim_qr_code: 'Generate an eSIM QR code',
};
const KIND_NAMES: Record<SimKind, string> = { physical: 'a physical SIM', esim: 'an eSIM' };
const ROLE_NEEDED: Record<Action, Permission> = {
  switch_to_esim: 'orders:change',
  replace_esim: 'orders:change',
  generate_esim_qr_code: 'fleet:change',
};

const met = (code: ConditionCode, detail: string): Condition => ({
  code,
  state: 'met',
  detail,
  fix: null,
  whoCanFix: null,
});

const open = (
  state: Exclude<ConditionState, 'met'>,
  code: ConditionCode,
  { detail, fix, whoCanFix }: { detail: string; fix: string; whoCanFix: Fixer },
): Condition => ({ code, state, detail, fix, whoCanFix });

const catalogSilent = (code: ConditionCode, what: string): Condition =>
  open('unknown', code, {
    detail: `${what} could not be learnt just now: the catalog does not answer`,
    fix: 'Try again in a moment; if it lasts, tell operations',
    whoCanFix: 'operations',
  });

export const lineInSlot = ({ msisdn, slot }: Pick<LineFacts, 'msisdn' | 'slot'>): Condition =>
  slot !== null
    ? met('line_in_slot', `The line ${msisdn} is in slot ${slot} of a device`)
    : open('not_met', 'line_in_slot', {
        detail: `The line ${msisdn} is in no slot of a device`,
        fix: `Move the line ${msisdn} to slot 1, 2 or 3 of a device; a manager can do it`,
        whoCanFix: 'manager',
      });

export const simIsOfKind = (sim: SimFacts | null, kind: SimKind): Condition => {
  const code = kind === 'esim' ? 'sim_is_esim' : 'sim_is_physical';
  if (sim === null) {
    return open('not_met', code, {
      detail: 'There is no SIM in the slot',
      fix: 'A SIM has to be put on the line first; an administrator can do it',
      whoCanFix: 'administrator',
    });
  }
  if (sim.kind === kind) return met(code, `The SIM is ${KIND_NAMES[kind]}`);
  return open('not_met', code, {
    detail: `The SIM is ${KIND_NAMES[sim.kind]}, not ${KIND_NAMES[kind]}`,
    fix:
      kind === 'esim'
        ? 'Nothing makes an eSIM of this SIM; Switch to eSIM orders one in its place'
        : 'Nothing makes a physical SIM of it; Replace the eSIM orders a new eSIM in its place',
    whoCanFix: 'nobody',
  });
};

export const simServing = (sim: SimFacts | null): Condition =>
  sim !== null && isServing(sim.state)
    ? met('sim_serving', `The SIM serves the line, and is ${sim.state}`)
    : open('not_met', 'sim_serving', {
        detail: sim === null ? 'No SIM serves the line' : `The SIM is ${sim.state} and serves no line`,
        fix: 'A SIM that is active or suspended has to be on the line; an administrator can put one there',
        whoCanFix: 'administrator',
      });

export const esimInCatalog = (provider: Learnt<ProviderFacts>): Condition => {
  if (!provider.known) return catalogSilent('esim_in_catalog', 'Whether an eSIM of this provider can be ordered');
  const { name, archived, esimArticles } = provider.value;
  const provided = name === null ? 'the provider of this line' : `the provider ${name}`;
  if (archived) {
    return open('not_met', 'esim_in_catalog', {
      detail: `${capitalised(provided)} is archived and takes no new orders`,
      fix: `${capitalised(provided)} has to be taken out of the archive; an administrator can do it`,
      whoCanFix: 'administrator',
    });
  }
  const { length } = esimArticles;
  if (length > 0) {
    return met('esim_in_catalog', `${length} ${length === 1 ? 'eSIM' : 'eSIMs'} of ${provided} can be ordered`);
  }
  return open('not_met', 'esim_in_catalog', {
    detail: `No order pack in the catalog has an eSIM of ${provided}`,
    fix: `Add an eSIM of ${provided} to the section SIM cards of an order pack; an administrator can do it`,
    whoCanFix: 'administrator',
  });
};

export const qrCodeContact = (contacts: Learnt<QrCodeContactFacts>): Condition => {
  if (!contacts.known) {
    return catalogSilent('qr_code_contact', 'Whether a contact of the distributor receives QR code requests');
  }
  const { distributorName, contacts: count } = contacts.value;
  if (distributorName === null) {
    return open('not_met', 'qr_code_contact', {
      detail: 'The SIM has no distributor in the catalog whose contacts could be asked',
      fix: 'Give the SIM a distributor who has a contact with the role eSIM QR Code; an administrator can do it',
      whoCanFix: 'administrator',
    });
  }
  if (count > 0) {
    const people = count === 1 ? '1 contact' : `${count} contacts`;
    return met('qr_code_contact', `${people} of distributor ${distributorName} with the role eSIM QR Code`);
  }
  return open('not_met', 'qr_code_contact', {
    detail: `No contact of distributor ${distributorName} has the role eSIM QR Code`,
    fix: `Give the role eSIM QR Code to a contact of distributor ${distributorName}; an administrator can do it`,
    whoCanFix: 'administrator',
  });
};

export const enabledInProfile = ({ profile }: ActionCaller, action: Action, slot: Slot | null): Condition => {
  const name = ACTION_NAMES[action];
  if (slot === null) {
    return open('not_met', 'enabled_in_profile', {
      detail: `Profiles enable ${name} slot by slot, and this SIM is in none`,
      fix: 'Move its line to a slot of a device; a manager can do it',
      whoCanFix: 'manager',
    });
  }
  if (isEnabled(profile, action, slot)) {
    return met('enabled_in_profile', `${name} is enabled for slot ${slot} in the profile ${profile.name}`);
  }
  return open('not_met', 'enabled_in_profile', {
    detail: `${name} is not enabled for slot ${slot} in the profile ${profile.name}`,
    fix: `Enable ${name} for slot ${slot} in the authorised-actions profile ${profile.name}; an administrator can do it`,
    whoCanFix: 'administrator',
  });
};

export const roleAllows = ({ roles }: ActionCaller, action: Action): Condition =>
  mayDo(roles, ROLE_NEEDED[action])
    ? met('role_allows', `The role ${roles.join(', ')} may run ${ACTION_NAMES[action]}`)
    : open('not_met', 'role_allows', {
        detail: `Only managers and administrators may run ${ACTION_NAMES[action]}, and the role here is ${roles.join(', ') || 'none'}`,
        fix: 'Ask a manager to run it, or an administrator for the role manager',
        whoCanFix: 'administrator',
      });

export const noChangeInFlight = (changeOrderId: string | null): Condition =>
  changeOrderId === null
    ? met('no_change_in_flight', 'No other change is in flight on the line and its SIM')
    : {
        ...open('not_met', 'no_change_in_flight', {
          detail: `The order ${changeOrderId} is changing the SIM of this line`,
          fix: howChangeEnds(changeOrderId),
          whoCanFix: 'manager',
        }),
        blockingOrder: { id: changeOrderId },
      };

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
