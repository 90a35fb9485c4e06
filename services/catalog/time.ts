/** A time as the API shows it: RFC 3339, UTC. PostgreSQL gives a `Date`, and a text where it stood inside of JSON. */
export const timeOrNull = (time: Date | string | null): string | null =>
  time === null ? null : new Date(time).toISOString();
