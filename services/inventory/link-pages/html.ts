/** Markup, and no other way to make it than the tag below: what is not written in a template of ours is escaped. */
class Html {
  readonly #markup: string;
  constructor(markup: string) {
    this.#markup = markup;
  }
  toString(): string {
    return this.#markup;
  }
}
export type { Html };

/** Null, undefined and false leave nothing behind, so that `condition && …` can stand in a template. */
type Value = string | number | Html | null | undefined | false | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * html`<p title="${text}">${text}</p>`: values are escaped for element content and quoted attributes, and only there
 * may they stand; what another template made goes in as it is.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(strings.map((string, index) => string + markupOf(values[index])).join(''));

const markupOf = (value: Value): string => {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return value.map(markupOf).join('');
};

const escape = (text: string): string => text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);

/** A name that people gave: whatever direction its letters run in, the words around it stay in place. */
export const named = (name: string): Html => html`<bdi>${name}</bdi>`;
