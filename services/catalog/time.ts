/** A time as the API shows it: RFC 3339, UTC. PostgreSQL gives a `Date`, and a text where it stood inside of JSON. */
export const timeOrNull = (time: Date | string | null): string | null =>
  time === null ? null : new Date(time).toISOString();

/** A time of the API as a column has it. */
export const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
