import type { Language } from '@simlane/contracts/http/primitives';
import { englishTexts } from './page-texts.en.ts';
import { frenchTexts } from './page-texts.fr.ts';
import type { PageWords } from './page-words.ts';

const TEXTS = { en: englishTexts, fr: frenchTexts } as const satisfies Record<Language, PageWords>;

export const pageTexts = (language: Language): PageWords => TEXTS[language];

/**
 * The language for a visitor of whom nothing is known but what the browser says (`Accept-Language`, RFC 9110 §12.5.4):
 * the first of ours that it names, whatever weights it gives; English if none.
 */
export const languageOf = (acceptLanguage: string | undefined): Language =>
  /(?:^|,)\s*(en|fr)\b/i.exec(acceptLanguage ?? '')?.[1]?.toLowerCase() === 'fr' ? 'fr' : 'en';
