import { describe, expect, it } from 'vitest';
import { redactText } from './redaction.ts';

/** As much as one request or one signal brings. */
const LENGTH = 64 * 1024;
/** It takes a few milliseconds; whatever looks at each rest of the text from each place in it takes seconds. */
const LONGEST_MS = 500;

const filledWith = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length));

describe('redaction', () => {
  it.each([
    ['backslashes', filledWith('\\')],
    ['a secret field that never ends', String.raw`\"token\":\"${filledWith('\\')}`],
    ['many that never end', filledWith(String.raw`\"token\": \"a`)],
    ['addresses with a colon', filledWith('://a:')],
    ['what begins like web tokens', filledWith('-eyJaaaaa')],
    ['what begins like activation codes', filledWith('1$a.')],
    ['names of secrets', filledWith('api_key token ')],
  ])('is not held up by a text of %s', (_name, text) => {
    const begun = performance.now();
    redactText(text);
    expect(performance.now() - begun).toBeLessThan(LONGEST_MS);
  });

  it.each([
    [String.raw`{\"matchingId\":\"A-B\nC\",\"x\":1}`, String.raw`{\"matchingId\":[redacted],\"x\":1}`],
    [String.raw`{\\\"token\\\" : \\\"abc\\\"}`, String.raw`{\\\"token\\\" : [redacted]}`],
    [String.raw`{\"password\":12}`, String.raw`{\"password\":[redacted]}`],
    ['postgres://app:p:a/s%s@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
    ['eyJhbGciOiJFUzI1NiJ9.eyJzdWIi.sig and eyJhbGciOiJFUzI1NiJ9', '[redacted] and [redacted]'],
  ])('still finds the secret in %s', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});
