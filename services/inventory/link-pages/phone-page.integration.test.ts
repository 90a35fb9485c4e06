import { installLinks, writeActivationCode } from '@simlane/contracts/activation-code';
import { launchBrowser } from '@simlane/testing/browser';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODE, phoneModel } from './link-pages.fixture.ts';
import { openWatchedPage, type PageServer, startPageServer } from './link-pages-server.fixture.ts';
import { phonePage } from './phone-page.ts';
import { platformOf } from './platform.ts';

let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  server = await startPageServer();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const BY_HAND = [
  ['Copy SM-DP+ address', CODE.smdpAddress],
  ['Copy Activation code', CODE.matchingId],
] as const;

describe('the phone page', () => {
  it.each(['by the clipboard of the page', 'the old way, where the page has none'])(
    'copies each value and says so: %s',
    async (way) => {
      const permissions = ['clipboard-read', 'clipboard-write'];
      const { page, close } = await openWatchedPage(browser, server.origin, { permissions });
      if (way.startsWith('the old way')) {
        await page.addInitScript(`navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))`);
      }
      await page.goto(server.serve(phonePage(phoneModel('en'))));
      for (const [name, value] of BY_HAND) {
        await page.getByRole('button', { name, exact: true }).first().click();
        await page.getByRole('status').getByText('Copied').waitFor();
        expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
      }
      await page.locator('#copy-activation-code').press('Enter');
      await page.locator('#copy-activation-code').getByText('Copied').waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(writeActivationCode(CODE));
      await close();
    },
  );

  it('works without script: everything is there but the buttons that could not copy', async () => {
    const { page, close } = await openWatchedPage(browser, server.origin, { javaScriptEnabled: false });
    await page.goto(server.serve(phonePage(phoneModel('en'))));
    for (const [, value] of BY_HAND) expect(await page.getByText(value, { exact: true }).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    await close();
  });

  it('shows the picture at a size that scans, also on a small phone', async () => {
    const { page, close } = await openWatchedPage(browser, server.origin, { viewport: { width: 360, height: 740 } });
    await page.goto(server.serve(phonePage(phoneModel('en'))));
    const box = await page.getByRole('img', { name: 'QR code of the eSIM' }).boundingBox();
    expect(box?.width).toBeGreaterThanOrEqual(240);
    expect(box?.height).toBe(box?.width);
    await close();
  });

  it('begins with what a phone can do itself, within the first screen', async () => {
    const userAgent = 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile';
    const viewport = { width: 360, height: 740 };
    const { page, close } = await openWatchedPage(browser, server.origin, { userAgent, viewport });
    await page.goto(server.serve(phonePage(phoneModel('en', { platform: platformOf(userAgent) }))));
    const button = page.getByRole('link', { name: 'Install on Android' });
    expect(await button.getAttribute('href')).toBe(installLinks(CODE).android);
    const box = await button.boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
    await close();
  });
});
