import { installLinks, lastFour, lpaString, readActivationCode } from '@simlane/contracts/activation-code';
import type { launchBrowser } from '@simlane/testing/browser';
import { readFile } from 'node:fs/promises';
import { letterWithQrCode, readQrCode } from './qr-code-file.ts';
import type { ToldStory } from './told-story.ts';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

const DESKTOP = { width: 1280, height: 900 } as const;
const IPHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1',
} as const;

const codeOf = (activationCode: string) => {
  const reading = readActivationCode(activationCode);
  if (!reading.ok) throw new Error('a made-up activation code is none');
  return reading.code;
};

/** A person at the distributor opens the link, uploads the provider's letter, and has the manager told. */
export const uploadAsContact = async (
  told: ToldStory,
  browser: Browser,
  { uploadLink, activationCode }: { readonly uploadLink: string; readonly activationCode: string },
): Promise<void> => {
  const code = codeOf(activationCode);
  const page = await browser.newPage({ viewport: DESKTOP });
  const main = () => page.locator('main').innerText();
  await told.does({
    name: 'The contact opens the link in a browser',
    expected: 'a page that asks for the eSIM QR code, and says what is accepted',
    act: async () => {
      await page.goto(uploadLink);
      return { heading: await page.locator('h1').innerText(), text: await main() };
    },
    holds: ({ heading, text }) => heading === 'Send the eSIM QR code' && text.includes('PDF'),
    seen: ({ heading }) => `“${heading}”`,
  });
  await told.does({
    name: 'The contact uploads a PDF with the QR code on its second page',
    expected: `read and understood: ${code.smdpAddress}, ending in ${lastFour(code)}`,
    act: async () => {
      const buffer = letterWithQrCode(lpaString(code));
      await page.setInputFiles('#file', { name: 'Your new eSIM.pdf', mimeType: 'application/pdf', buffer });
      await page.locator('form.upload > button').click();
      // Whatever the answer is, its heading takes the place of the form's.
      await page.locator('main svg.icon + h1').waitFor();
      return { heading: await page.locator('h1').innerText(), text: await main() };
    },
    holds: ({ heading, text }) =>
      heading === 'Thank you, the code was read' && text.includes(code.smdpAddress) && text.includes(lastFour(code)),
    seen: ({ heading, text }) =>
      `“${heading}” ${text.split('\n').find((line) => line.includes(lastFour(code))) ?? text}`,
  });
  await told.does({
    name: 'The contact has the manager told',
    expected: 'the page says that the mail is sent, to an address that it does not show',
    act: async () => {
      const send = page.locator('form[action$="/notification"]');
      await send.locator('button').click();
      await send.waitFor({ state: 'detached' });
      return main();
    },
    holds: (text) => text.includes('•••'),
    seen: (text) => text.split('\n').find((line) => line.includes('•••')) ?? 'nothing about it',
  });
  await page.close();
};

/** The manager opens the page on a phone, and saves the picture. */
export const installOnPhone = async (
  told: ToldStory,
  browser: Browser,
  { phonePage, activationCode }: { readonly phonePage: string; readonly activationCode: string },
): Promise<void> => {
  const code = codeOf(activationCode);
  const context = await browser.newContext(IPHONE);
  const page = await context.newPage();
  await told.does({
    name: 'The manager opens the page on an iPhone',
    expected: 'its install button first, with the code behind it',
    act: async () => {
      await page.goto(phonePage);
      const first = page.locator('a.button').first();
      return { label: await first.innerText(), href: await first.getAttribute('href') };
    },
    holds: ({ href }) => href === installLinks(code).apple,
    seen: ({ label, href }) => `“${label}” → ${href?.split('?')[0] ?? 'nowhere'}`,
  });
  await told.does({
    name: 'The downloaded picture holds the very code, as another decoder reads it',
    expected: 'the activation code that the provider gave',
    act: async () => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').click()]);
      return { name: download.suggestedFilename(), text: await readQrCode(await readFile(await download.path())) };
    },
    holds: ({ text }) => text === lpaString(code),
    seen: ({ name, text }) => `${name}: ${text === lpaString(code) ? 'the same code' : 'another code'}`,
  });
  await context.close();
};
