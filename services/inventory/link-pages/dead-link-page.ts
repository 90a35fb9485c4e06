import type { Language } from '@simlane/contracts/http/primitives';
import { html } from './html.ts';
import { outcomeHeading, page } from './page.ts';
import { pageTexts } from './page-texts.ts';
import type { DeadLinkProblem } from './page-words.ts';

/**
 * In the place of either page when there is nothing to show. Says the same of a link that has ended and of one that
 * never was, so nothing can be learnt by trying.
 */
export const deadLinkPage = (language: Language, problem: DeadLinkProblem): string => {
  const { what, next } = pageTexts(language).deadLink[problem];
  return page({
    language,
    title: what,
    main: html`${outcomeHeading(problem === 'link_dead' ? 'refused' : 'waits', what)}
<p>${next}</p>`,
  });
};
