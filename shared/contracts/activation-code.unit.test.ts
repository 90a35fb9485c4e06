import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ActivationCode,
  comparableActivationCode,
  installLinks,
  isWrittenForm,
  lastFour,
  lpaString,
  readActivationCode,
  writeActivationCode,
} from './activation-code.ts';

const MATCHING = '04386-AGYFT-A74Y8-3F815';

const label = fc.stringMatching(/^[a-zA-Z]([a-zA-Z0-9-]{0,10}[a-zA-Z0-9])?$/);
const address = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
const matchingId = fc.stringMatching(/^[0-9A-Z-]{0,40}$/);
const oid = fc.option(fc.stringMatching(/^[0-2](\.(0|[1-9][0-9]{0,4})){1,6}$/), { nil: null });
const activationCode: fc.Arbitrary<ActivationCode> = fc.record({
  smdpAddress: address,
  matchingId,
  smdpOid: oid,
  confirmationCodeRequired: fc.boolean(),
});

const faultOf = (text: string): string => {
  const reading = readActivationCode(text);
  return reading.ok ? 'none' : reading.fault;
};

describe('an activation code (SGP.22 §4.1)', () => {
  it.each([
    [`1$SMDP.GSMA.COM$${MATCHING}`, null, false],
    [`1$SMDP.GSMA.COM$${MATCHING}$$1`, null, true],
    [`1$SMDP.GSMA.COM$${MATCHING}$1.3.6.1.4.1.31746$1`, '1.3.6.1.4.1.31746', true],
    [`1$SMDP.GSMA.COM$${MATCHING}$1.3.6.1.4.1.31746`, '1.3.6.1.4.1.31746', false],
  ])('%s is read', (text, smdpOid, confirmationCodeRequired) => {
    const code = { smdpAddress: 'SMDP.GSMA.COM', matchingId: MATCHING, smdpOid, confirmationCodeRequired };
    expect(readActivationCode(text)).toEqual({ ok: true, code });
    expect(readActivationCode(`LPA:${text}`)).toEqual({ ok: true, code });
  });

  it('is read without a matching id', () => {
    expect(readActivationCode('1$SMDP.GSMA.COM$$1.3.6.1.4.1.31746')).toMatchObject({
      ok: true,
      code: { matchingId: '' },
    });
  });

  it('that is written is read back as it was', () => {
    fc.assert(
      fc.property(activationCode, (code) => {
        expect(readActivationCode(writeActivationCode(code))).toEqual({ ok: true, code });
        expect(readActivationCode(lpaString(code))).toEqual({ ok: true, code });
      }),
    );
  });

  it('that is read is written as it was, but for its prefix, the white space around it and what follows its flag', () => {
    fc.assert(
      fc.property(
        activationCode,
        fc.constantFrom('', ' ', '\t', '\n', '\r\n'),
        fc.constantFrom('', 'LPA:', 'lpa:', 'Lpa:'),
        fc.stringMatching(/^(\$[a-z0-9]{0,6}){0,3}$/),
        (code, space, prefix, rest) => {
          const text = writeActivationCode(code);
          const following = code.confirmationCodeRequired ? rest : '';
          const reading = readActivationCode(`${space}${prefix}${text}${following}${space}`);
          expect(reading.ok && writeActivationCode(reading.code)).toBe(text);
        },
      ),
    );
  });

  it('is found in an install link', () => {
    fc.assert(
      fc.property(activationCode, (code) => {
        const { apple, android, windows } = installLinks(code);
        for (const link of [apple, android, windows]) expect(readActivationCode(link)).toEqual({ ok: true, code });
      }),
    );
  });

  it('is compared without letter case, and without what does not tell SIMs apart', () => {
    fc.assert(
      fc.property(activationCode, (code) => {
        const same = {
          ...code,
          smdpAddress: code.smdpAddress.toUpperCase(),
          matchingId: code.matchingId.toLowerCase(),
          confirmationCodeRequired: !code.confirmationCodeRequired,
        };
        expect(comparableActivationCode(same)).toBe(comparableActivationCode(code));
      }),
    );
  });

  it('is whatever is read, from any text: it can be written and read again', () => {
    const anyText = fc.oneof(fc.string({ maxLength: 400 }), fc.stringMatching(/^(LPA:)?1\$[a-z.$1-]{0,40}$/));
    const isKept = (text: string): boolean => {
      const reading = readActivationCode(text);
      return !reading.ok || readActivationCode(writeActivationCode(reading.code)).ok;
    };
    expect(fc.check(fc.property(anyText, isKept)).failed).toBe(false);
  });

  it.each([
    ['', 'empty'],
    ['   \n', 'empty'],
    [`LPA:1testsmdpplus1.gsma.com$${MATCHING}`, 'not_activation_code'],
    [`2$smdp.example.com$${MATCHING}`, 'not_activation_code'],
    ['1$smdp.example.com', 'not_activation_code'],
    ['EID:89049032123451234512345678901235', 'not_activation_code'],
    ['https://example.com/activate?code=1', 'web_page'],
    ['www.example.com', 'web_page'],
    ['https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=', 'web_page'],
    ['https://esimsetup.apple.com/esim_qrcode_provisioning', 'web_page'],
    ['https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=%E0%A4%A', 'web_page'],
    [`https://esimsetup.example.com/esim_qrcode_provisioning?carddata=LPA:1$a.b$${MATCHING}`, 'web_page'],
    [`1$localhost$${MATCHING}`, 'smdp_address'],
    [`1$192.168.1.1$${MATCHING}`, 'smdp_address'],
    [`1$-bad.example.com$${MATCHING}`, 'smdp_address'],
    [`1$${'a'.repeat(64)}.example.com$${MATCHING}`, 'smdp_address'],
    ['1$smdp.example.com$WITH SPACE', 'matching_id'],
    ['1$smdp.example.com$WITH_LINE', 'matching_id'],
    [`1$smdp.example.com$${MATCHING}$1.3.x`, 'smdp_oid'],
    [`1$smdp.example.com$${MATCHING}$$2`, 'confirmation_flag'],
    [`1$smdp.example.com$${'A'.repeat(250)}`, 'too_long'],
  ])('%j is refused as %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('is refused in time however long it is', () => {
    expect(faultOf(`1$${'a-'.repeat(50_000)}$X`)).toBe('too_long');
  });

  it('of our own making is in upper case, and short enough for its prefix', () => {
    const code = {
      smdpAddress: 'rsp.example.com',
      matchingId: 'AB-12',
      smdpOid: null,
      confirmationCodeRequired: false,
    };
    expect(isWrittenForm(code)).toBe(true);
    expect(isWrittenForm({ ...code, matchingId: 'ab-12' })).toBe(false);
    expect(isWrittenForm({ ...code, matchingId: 'A'.repeat(240) })).toBe(false);
  });

  it('is shown by the last four characters of its matching id, unless these are all of it', () => {
    const code = {
      smdpAddress: 'rsp.example.com',
      matchingId: 'AB-1234',
      smdpOid: null,
      confirmationCodeRequired: false,
    };
    expect(lastFour(code)).toBe('1234');
    expect(lastFour({ ...code, matchingId: '1234' })).toBe('');
  });
});
