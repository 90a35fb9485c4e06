import { describe, expect, it } from 'vitest';
import type { Mail } from './mail.ts';
import { renderMail } from './render-mail.ts';

const mail: Mail = { language: 'en', subject: 'A subject', paragraphs: ['Hello,', 'It is done.'] };

describe('a rendered mail', () => {
  it('has each paragraph in both forms and names its language', () => {
    const { html, text } = renderMail({ ...mail, language: 'fr' });
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain('>It is done.</p>');
    expect(text).toBe('Hello,\n\nIt is done.\n');
  });

  it('shows whatever is in it and interprets nothing', () => {
    const { html, text } = renderMail({
      ...mail,
      subject: '</title><script>alert(1)</script>',
      paragraphs: ['Hello <script>alert("x")</script> & <a href=\'https://evil.example\'>you</a>,'],
    });
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<a ');
    expect(html).toContain(
      'Hello &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &lt;a href=&#39;https://evil.example&#39;&gt;',
    );
    expect(text).toContain('Hello <script>alert("x")</script>');
  });

  it('marks each line of a quotation as somebody else’s, whatever ends a line', () => {
    const quotation = ' One <b>\r\ntwo\u{2028}three\u{b}four\u{0}\u{1b}\n';
    const { html, text } = renderMail({ ...mail, paragraphs: ['It says:', { quotation }] });
    expect(html).toMatch(/<blockquote [^>]*>One &lt;b&gt;<br>two<br>three<br>four<\/blockquote>/);
    expect(text).toBe('It says:\n\n> One <b>\n> two\n> three\n> four\n');
  });

  it('makes a link of nothing but its button', () => {
    const plain = renderMail({ ...mail, paragraphs: ['See https://evil.example now'] });
    expect(plain.html).not.toContain('href');
    const button = { label: 'Open <it>', url: 'https://simlane.example/orders?a=1&b="2"' };
    const { html, text } = renderMail({ ...mail, button });
    expect(html.match(/href/g)).toHaveLength(1);
    expect(html).toContain('href="https://simlane.example/orders?a=1&amp;b=&quot;2&quot;"');
    expect(html).toContain('Open &lt;it&gt;</a>');
    expect(text).toBe(`Hello,\n\nIt is done.\n\nOpen <it>:\n${button.url}\n`);
  });

  it('has no button that leads anywhere but to the web', () => {
    expect(() => renderMail({ ...mail, button: { label: 'x', url: 'javascript:alert(1)' } })).toThrow(RangeError);
  });

  it('loads nothing from anywhere', () => {
    expect(renderMail(mail).html).not.toMatch(/<(img|link|script|iframe)|url\(|@import/);
  });
});
