import type { Language } from '@simlane/contracts/http/primitives';

/** English as outside of the United States: the day before the month, 24 hours. */
const LOCALES = { en: 'en-GB', fr: 'fr-FR' } as const satisfies Record<Language, string>;

/** A time for people, in a zone that is named: `22 December 2026 at 10:40 CET`. */
export const formatTime = (time: string, timeZone: string, language: Language): string => {
  const locale = LOCALES[language];
  const at = new Date(time);
  const date = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long' }).format(at);
  return `${date}, ${formatHour(time, timeZone, language)}`;
};

/** `10:40 CET` */
export const formatHour = (time: string, timeZone: string, language: Language): string =>
  new Intl.DateTimeFormat(LOCALES[language], {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(time));
