import { describe, expect, it } from 'vitest';
import type { Mail } from './mail.ts';
import { mimeMessage } from './mime-message.ts';

const mail: Mail = { language: 'fr', subject: 'Terminé', paragraphs: ['Bonjour,'] };
const to = { name: 'Benoît Lefèvre', email: 'benoit@example.com' };
const from = 'no-reply@simlane.example';

const headersOf = (raw: Buffer): string[] =>
  (raw.toString('utf8').split('\r\n\r\n')[0] ?? '').replaceAll(/\r\n[ \t]/g, ' ').split('\r\n');

describe('a MIME message', () => {
  it('is from Simlane to one recipient, in HTML and text', async () => {
    const raw = await mimeMessage({ mail, from, to, repeat: false });
    const headers = headersOf(raw);
    expect(headers).toContain(`From: Simlane <${from}>`);
    expect(headers.find((header) => header.startsWith('To:'))).toMatch(/=\?UTF-8\?.*\?= <benoit@example\.com>$/i);
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers).toContain('Content-Language: fr');
    expect(headers.some((header) => header.startsWith('Content-Type: multipart/alternative'))).toBe(true);
    expect(raw.toString()).toContain('Content-Type: text/plain');
    expect(raw.toString()).toContain('Content-Type: text/html');
  });

  it('is marked when it may have been sent before, and only then', async () => {
    const marked = headersOf(await mimeMessage({ mail, from, to, repeat: true }));
    expect(marked).toContain('X-Simlane-Repeat: 1');
    const first = headersOf(await mimeMessage({ mail, from, to, repeat: false }));
    expect(first.join()).not.toContain('X-Simlane-Repeat');
  });

  it.each([
    ['a line break', 'Order 1\r\nBcc: thief@evil.example'],
    ['a lone line feed', 'Order 1\nBcc: thief@evil.example'],
    ['a NUL', 'Order\u{0} 1'],
    ['a line separator', 'Order\u{2028}1'],
    ['a paragraph separator', 'Order\u{2029}1'],
    ['a direction override', 'Order \u{202e}1'],
    ['a direction isolate', 'Order \u{2066}1'],
    ['an Arabic letter mark', 'Order \u{61c}1'],
  ])('is not made with %s in subject or name', async (_what, text) => {
    await expect(mimeMessage({ mail: { ...mail, subject: text }, from, to, repeat: false })).rejects.toThrow(
      'The header field Subject',
    );
    await expect(mimeMessage({ mail, from, to: { ...to, name: text }, repeat: false })).rejects.toThrow(
      'The header field To',
    );
  });

  it.each([
    'a@example.com, b@evil.example',
    'a@example.com;b@evil.example',
    'Friends: a@example.com;',
    'Alice <a@example.com>',
    '"a b"@example.com',
    'a@example.com\r\nBcc: b@evil.example',
    '@relay.example:a@example.com',
    'a(comment)@example.com',
    'a@@example.com',
    'a@localhost',
    '',
  ])('goes to one address only: %j is refused', async (email) => {
    await expect(mimeMessage({ mail, from, to: { ...to, email }, repeat: false })).rejects.toThrow('header field To');
  });

  it('keeps a name with quotes and commas one name', async () => {
    const name = 'Lefèvre, "Ben" <thief@evil.example>';
    const header = headersOf(await mimeMessage({ mail, from, to: { ...to, name }, repeat: false })).find((one) =>
      one.startsWith('To:'),
    );
    expect(header).not.toContain('thief@evil.example');
    expect(header).toMatch(/ <benoit@example\.com>$/);
  });
});
