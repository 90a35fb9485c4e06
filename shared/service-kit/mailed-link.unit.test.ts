import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRingError } from './key-ring.ts';
import { createMailedLinks, linkPath } from './mailed-link.ts';
import { redactText } from './redaction.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [OLD, NEW] = [key('k1'), key('k2')];
const links = createMailedLinks(NEW);
const IDS = { accountId: randomUUID(), linkId: randomUUID() };
const purpose = fc.constantFrom('qr_upload', 'qr_download');
const uuid = fc.uuid();

describe('the token of a mailed link', () => {
  it('says whose it is, to whoever has the key', () => {
    fc.assert(
      fc.property(purpose, uuid, uuid, (whatFor, accountId, linkId) => {
        const token = links.tokenOf(whatFor, { accountId, linkId });
        expect(token).toMatch(/^[A-Za-z0-9_-]{64}$/);
        expect(links.read(whatFor, token)).toEqual({ accountId, linkId });
      }),
    );
  });

  it('is the same for the same link, and another for any other', () => {
    expect(links.tokenOf('qr_upload', IDS)).toBe(links.tokenOf('qr_upload', { ...IDS }));
    const others = [
      links.tokenOf('qr_download', IDS),
      links.tokenOf('qr_upload', { ...IDS, linkId: randomUUID() }),
      links.tokenOf('qr_upload', { ...IDS, accountId: randomUUID() }),
      links.tokenOf('qr_upload', { accountId: IDS.linkId, linkId: IDS.accountId }),
      createMailedLinks(OLD).tokenOf('qr_upload', IDS),
    ];
    expect(new Set([links.tokenOf('qr_upload', IDS), ...others]).size).toBe(others.length + 1);
  });

  it('is for one purpose', () => {
    expect(links.read('qr_download', links.tokenOf('qr_upload', IDS))).toBeUndefined();
    expect(links.read('qr_upload', links.tokenOf('qr_download', IDS))).toBeUndefined();
  });

  it('is worth nothing with any bit changed', () => {
    const bytes = Buffer.from(links.tokenOf('qr_upload', IDS), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(links.read('qr_upload', changed.toString('base64url'))).toBeUndefined();
    }
  });

  it('is read in one form only', () => {
    const token = links.tokenOf('qr_upload', IDS);
    const base64 = Buffer.from(token, 'base64url').toString('base64');
    for (const other of [
      '',
      token.slice(1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      `${token}/image.png`,
    ]) {
      expect(links.read('qr_upload', other)).toBeUndefined();
    }
    if (base64 !== token) expect(links.read('qr_upload', base64)).toBeUndefined();
  });

  it('of whoever has no key of ours is never read, whatever it is', () => {
    expect(links.read('qr_upload', createMailedLinks(OLD).tokenOf('qr_upload', IDS))).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ minLength: 64, maxLength: 64 })), (token) => {
        expect(links.read('qr_upload', token)).toBeUndefined();
      }),
    );
  });

  it('outlives a change of keys: the first key makes, all of them are understood', () => {
    const rotated = createMailedLinks(`${NEW},${OLD}`);
    const before = createMailedLinks(OLD).tokenOf('qr_upload', IDS);
    expect(rotated.read('qr_upload', before)).toEqual(IDS);
    expect(rotated.tokenOf('qr_upload', IDS)).toBe(links.tokenOf('qr_upload', IDS));
  });

  it('is made of ids only, under a key that is one', () => {
    expect(() => links.tokenOf('qr_upload', { ...IDS, linkId: '1' })).toThrow(TypeError);
    for (const keys of ['', 'k1', 'k1:short', `${OLD},${OLD}`]) {
      expect(() => createMailedLinks(keys)).toThrow(KeyRingError);
    }
  });

  it('is not left in a text that is logged, in a path or an encoded one', () => {
    for (const whatFor of ['qr_upload', 'qr_download'] as const) {
      const token = links.tokenOf(whatFor, IDS);
      const path = linkPath(whatFor, token);
      const url = `https://fleet.example.com${path}`;
      for (const text of [path, `GET ${url}/image.png?x=1`, `<${url}>`, `next=${encodeURIComponent(url)}&a=b`]) {
        expect(redactText(text)).toContain('[redacted]');
        expect(redactText(text)).not.toContain(token.slice(0, 8));
        expect(redactText(text)).not.toContain(token.slice(-8));
      }
    }
  });
});

it('leads to the page of its purpose', () => {
  expect(linkPath('qr_upload', 'T')).toBe('/inventory/v1/qr-uploads/T');
  expect(linkPath('qr_download', 'T')).toBe('/inventory/v1/qr-codes/T');
});
