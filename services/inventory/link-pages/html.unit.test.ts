import { describe, expect, it } from 'vitest';
import { html, named } from './html.ts';

describe('the html tag', () => {
  it.each([
    ['<b>', '&lt;b&gt;'],
    ['" onclick="x', '&quot; onclick=&quot;x'],
    ["' x='", '&#39; x=&#39;'],
    ['&lt;', '&amp;lt;'],
    ['`', '&#96;'],
  ])('escapes %s, in content and in attributes', (text, escaped) => {
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  it('takes what another template made as it is, also in lists', () => {
    expect(html`<ul>${['<', '>'].map((text) => html`<li>${text}</li>`)}</ul>`.toString()).toBe(
      '<ul><li>&lt;</li><li>&gt;</li></ul>',
    );
  });

  it('leaves nothing behind for null, undefined and false, and does not lose a zero', () => {
    expect(html`[${null}${undefined}${false}${0}]`.toString()).toBe('[0]');
  });

  it('is not taken in by something that only looks like markup', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(() => html`${forged}`).toThrow(TypeError);
  });

  it('isolates the direction of a name', () => {
    expect(named('\u{202e}<x>').toString()).toBe('<bdi>\u{202e}&lt;x&gt;</bdi>');
  });
});
