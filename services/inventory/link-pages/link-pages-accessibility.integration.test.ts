import { AxeBuilder } from '@axe-core/playwright';
import { launchBrowser } from '@simlane/testing/browser';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLinkPage } from './dead-link-page.ts';
import { PHONE_STATES, phoneModel, UPLOAD_STATES, uploadModel } from './link-pages.fixture.ts';
import { openWatchedPage, type PageServer, startPageServer, type WatchedPage } from './link-pages-server.fixture.ts';
import { phonePage } from './phone-page.ts';
import { uploadPage } from './upload-page.ts';

const LANGUAGES = ['en', 'fr'] as const;
const SCHEMES = ['light', 'dark'] as const;
/** The narrowest phone that we care for, and a desktop. */
const WIDTHS_PX = [360, 1280] as const;
const HEIGHT_PX = 800;

let server: PageServer;
let browser: Browser;
let watched: WatchedPage;

beforeAll(async () => {
  server = await startPageServer();
  browser = await launchBrowser();
  watched = await openWatchedPage(browser, server.origin);
});
afterAll(async () => {
  await watched?.close();
  await browser?.close();
  await server?.stop();
});

const PAGES: readonly (readonly [name: string, page: (language: 'en' | 'fr') => string])[] = [
  ...Object.entries(UPLOAD_STATES).map(
    ([name, state]) =>
      [`upload: ${name}`, (language: 'en' | 'fr') => uploadPage(uploadModel(language, state))] as const,
  ),
  ...Object.entries(PHONE_STATES).map(
    ([name, more]) => [`phone: ${name}`, (language: 'en' | 'fr') => phonePage(phoneModel(language, more))] as const,
  ),
  ['dead link', (language) => deadLinkPage(language, 'link_dead')],
];

describe.each(PAGES)('%s', (_name, pageIn) => {
  it.each(LANGUAGES)('can be read by everybody, on a phone and a desktop, in light and dark: %s', async (language) => {
    const { page } = watched;
    await page.goto(server.serve(pageIn(language)));
    await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true`);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const width of WIDTHS_PX) {
        await page.setViewportSize({ width, height: HEIGHT_PX });
        // The newer mode opens a page more for each run, for frames, of which there are none here.
        const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      }
    }
  });
});
