/**
 * Characters that could end a header field, begin another one, or make it read differently from what it says:
 * control characters, line and paragraph separators, and everything that changes the direction of text.
 */
const REFUSED_IN_HEADER = /[\p{Cc}\p{Zl}\p{Zp}\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;

/** A text was to go into a header field and may not. The message names the field, never its content. */
export class HeaderFieldError extends Error {
  override readonly name = 'HeaderFieldError';
  readonly field: string;

  constructor(field: string) {
    super(`The header field ${field} must be one line without control or direction characters`);
    this.field = field;
  }
}

/**
 * The text itself, if it may stand in a header field.
 *
 * @throws HeaderFieldError
 */
export const headerField = (field: string, text: string): string => {
  if (REFUSED_IN_HEADER.test(text)) throw new HeaderFieldError(field);
  return text;
};

/** RFC 5321 addr-spec without quoting, comments, routes or groups: what people have, and nothing a parser can split. */
const ADDR_SPEC = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

/**
 * The address itself, if it is exactly one addr-spec.
 *
 * @throws HeaderFieldError
 */
export const addrSpec = (field: string, address: string): string => {
  if (!ADDR_SPEC.test(address)) throw new HeaderFieldError(field);
  return address;
};
