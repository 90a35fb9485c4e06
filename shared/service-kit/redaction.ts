/** What stands in a log line where a secret stood. */
export const REDACTED = '[redacted]';

/** Names of fields whose value is never written, in any spelling (`client_secret`, `clientSecret`, `CLIENT-SECRET`). */
const SECRET_FIELDS = [
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'activationcode',
  'lpa',
  'matchingid',
  'confirmationcode',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'secret',
  'clientsecret',
  'serviceclientsecret',
  'signalsecret',
  'signalsecrets',
  'apikey',
  'password',
  'credentials',
  'sealingkey',
  'sealingkeys',
  'linkkeys',
  'databaseurl',
  'migrationdatabaseurl',
  'dpop',
  'simlaneactor',
] as const;

const secretFields: ReadonlySet<string> = new Set(SECRET_FIELDS);
/** Each name with an optional separator between any two letters: cheap enough to test every line with. */
const spelling = SECRET_FIELDS.map((name) => name.split('').join('[-_]?')).join('|');
const SECRET_FIELD_IN_LINE = new RegExp(String.raw`"(?:${spelling})":`, 'i');
const SECRET_FIELD_IN_TEXT = new RegExp(
  String.raw`((?<!\\)\\+"(?:${spelling})\\+"\s*:\s*)(?:\\+"[^"\\]*(?:\\+[^"\\]+)*\\+"|[^\s,}\\"]+)`,
  'gi',
);
const SECRET_IN_QUERY = new RegExp(String.raw`\b((?:${spelling})\s*=\s*)[^\s&"\\;,]+`, 'gi');

/** All of them take time in proportion to the text, whoever has written it: a provider, a mail server, anybody's URL. */
const SECRET_PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Activation codes: `LPA:1$host$id`, also where the prefix was cut off or the text is URL-encoded. What all of them begin
  // with, alone, is said to people.
  [/LPA(?::|%3A)(?!1\$(?:[\s"\\.,;)]|$))[^\s"\\]*/gi, REDACTED],
  [/\b1(?:\$|%24)[a-z0-9.-]+(?:\$|%24)[^\s"\\]*/gi, REDACTED],
  // Mailed links: who has the token has the file.
  [/(\/|%2F)(qr-uploads|qr-codes)(?:\/|%2F)[^\s"\\/?#&,;)<>]+/gi, `$1$2$1${REDACTED}`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  // A JSON web token by itself: its header always begins with {" .
  [/\beyJ[\w-]{5,}(?:\.[\w-]*)*/g, REDACTED],
  [/\bwhsec_[\w+/=-]+/g, REDACTED],
  // Passwords in connection strings; without a bound, each `://…:` of a text would be followed to its end.
  [/(:\/\/[^\s:@/"\\]*:)[^\s@"\\]{1,200}@/g, `$1${REDACTED}@`],
  [SECRET_FIELD_IN_TEXT, `$1${REDACTED}`],
  [SECRET_IN_QUERY, `$1${REDACTED}`],
];

/** The text without activation codes, link tokens, bearer tokens, passwords and the like. */
export const redactText = (text: string): string => {
  let clean = text;
  for (const [pattern, replacement] of SECRET_PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
};

const isSecretField = (name: string): boolean => secretFields.has(name.replaceAll(/[-_]/g, '').toLowerCase());

/** A JSON value without secrets: values of secret fields at any depth, and secrets inside of its texts. */
export const redactValue = (value: unknown): unknown => {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecretField(name) ? REDACTED : redactValue(inner)]),
  );
};

/**
 * One JSON log line without secrets: values of secret fields at any depth, and secrets inside of texts. Working on
 * the finished line is what makes it complete: child loggers, serializers and error texts all pass here.
 */
export const redactLine = (line: string): string => {
  let clean = line;
  if (SECRET_FIELD_IN_LINE.test(line)) {
    try {
      clean = `${JSON.stringify(redactValue(JSON.parse(line)))}\n`;
    } catch {
      // A line that is no JSON cannot be shown to be clean.
      return `{"level":50,"msg":"a log line was not JSON and was dropped"}\n`;
    }
  }
  return redactText(clean);
};
