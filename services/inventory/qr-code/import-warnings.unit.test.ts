import { describe, expect, it } from 'vitest';
import { type ImportContext, waitsForUser, warningsOf } from './import-warnings.ts';

const ICCID = '8988211000000530082';
const OTHER_ICCID = '8965030119110000013';
const EID = '89049032123451234512345678901235';
const OTHER_EID = '89086030202200000022000023022943';

const codesOf = (
  { address = 'smdp.known.example', matchingId = 'AAAA', texts = [] as string[] },
  context: Partial<ImportContext> = {},
) =>
  warningsOf(
    {
      code: { smdpAddress: address, matchingId, smdpOid: null, confirmationCodeRequired: false },
      format: 'png',
      texts,
    },
    {
      knownAddresses: ['SMDP.known.example'],
      providerName: 'Polarlink',
      sim: { iccid: ICCID, eid: EID },
      source: 'user',
      currentSource: null,
      ...context,
    },
  ).map(({ code }) => code);

describe('what is noticed about an imported code', () => {
  it('is nothing for a code of the provider, whatever the letter case of its address', () => {
    expect(codesOf({ address: 'smdp.KNOWN.example' })).toEqual([]);
  });

  it('is an address that the provider is not known to use, unless the provider says it itself', () => {
    expect(codesOf({ address: 'smdp.other.example' })).toEqual(['smdp_address_unknown']);
    expect(codesOf({ address: 'smdp.other.example' }, { source: 'provider' })).toEqual([]);
  });

  it('is an empty matching id, and one with small letters', () => {
    expect(codesOf({ matchingId: '' })).toEqual(['matching_id_empty']);
    expect(codesOf({ matchingId: 'abc' })).toEqual(['matching_id_lower_case']);
  });

  it.each([
    [`ICCID: ${OTHER_ICCID}`, ['iccid_differs']],
    ['ICCID: 8965 0301 1911 0000 013', ['iccid_differs']],
    [`ICCID: ${ICCID}`, []],
    ['ICCID: 8988 2110 0000 0530 082F', []],
    [`old ${OTHER_ICCID}, new ${ICCID}`, []],
    ['call 0800 123 456 or 8988211000000530083', []],
    [`EID ${OTHER_EID}`, ['eid_differs']],
    [`EID:${EID}`, []],
    [`${OTHER_EID} ${EID}`, []],
  ])('in a file that says %j it is %j', (text, warnings) => {
    expect(codesOf({ texts: [text] })).toEqual(warnings);
  });

  it('is nothing about numbers that the SIM does not have yet, or that are a whole list', () => {
    expect(codesOf({ texts: [OTHER_ICCID, OTHER_EID] }, { sim: { iccid: null, eid: null } })).toEqual([]);
  });

  it('makes wait only what came through a link: with an unknown address, or over the import of a user or provider', () => {
    const unknown = [{ code: 'smdp_address_unknown', detail: '' }] as const;
    expect(waitsForUser('upload_link', unknown)).toBe(true);
    expect(waitsForUser('user', unknown)).toBe(false);
    expect(codesOf({}, { source: 'upload_link', currentSource: 'user' })).toEqual(['replaces_import']);
    expect(codesOf({}, { source: 'upload_link', currentSource: 'upload_link' })).toEqual([]);
  });
});
