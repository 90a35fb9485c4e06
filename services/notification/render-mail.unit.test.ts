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

  it('shows a letter in the paragraphs and lines that its writer gave it', () => {
    const letter = '\nHello <b>,\r\n\r\n\none\ntwo\n';
    const { html, text } = renderMail({ ...mail, paragraphs: [{ letter }] });
    expect(html).toMatch(/<p [^>]*>Hello &lt;b&gt;,<\/p>\n<p [^>]*>one<br>two<\/p>/);
    expect(text).toBe('Hello <b>,\n\n\none\ntwo\n');
  });

  it('makes a link of nothing but a button and a link', () => {
    const plain = renderMail({ ...mail, paragraphs: ['See https://evil.example now'] });
    expect(plain.html).not.toContain('href');
    const button = { label: 'Open <it>', url: 'https://simlane.example/orders?a=1&b="2"' };
    const link = { label: 'Another', url: 'https://simlane.example/image.png' };
    const letter = 'See https://evil.example <a href="https://evil.example">now</a>';
    const paragraphs = ['Hello,', { letter }, { button }, { link }];
    const { html, text } = renderMail({ ...mail, paragraphs });
    expect(html.match(/<a /g)).toHaveLength(2);
    expect(html).toContain('href="https://simlane.example/orders?a=1&amp;b=&quot;2&quot;"');
    expect(html).toContain('Open &lt;it&gt;</a>');
    expect(html).toContain('href="https://simlane.example/image.png">Another</a>');
    expect(text).toBe(`Hello,\n\n${letter}\n\nOpen <it>:\n${button.url}\n\nAnother:\n${link.url}\n`);
  });

  it('has no button that leads anywhere but to the web', () => {
    const javascript = { label: 'x', url: 'javascript:alert(1)' };
    expect(() => renderMail({ ...mail, paragraphs: [{ button: javascript }] })).toThrow(RangeError);
    expect(() => renderMail({ ...mail, paragraphs: [{ link: javascript }] })).toThrow(RangeError);
  });

  it('loads nothing from anywhere', () => {
    expect(renderMail(mail).html).not.toMatch(/<(img|link|script|iframe)|url\(|@import/);
  });
});
