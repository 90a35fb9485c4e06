import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from '@simlane/testing/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UPLOAD_STATES } from './link-pages.fixture.ts';
import { openWatchedPage, type PageServer, startPageServer, type WatchedPage } from './link-pages-server.fixture.ts';
import type { UploadState } from './upload-page.ts';

const FILE = { name: 'eSIM Camille.pdf', mimeType: 'application/pdf', buffer: randomBytes(40_000) };
const CODE = 'LPA:1$smdp.polarlink.example$04386-AGYFT-A74Y8-3F815';
const UNDERSTOOD = UPLOAD_STATES['understood'] as UploadState;
const WEB_PAGE = UPLOAD_STATES['refused file'] as UploadState;
const WRONG_MATCHING_ID = UPLOAD_STATES['refused text'] as UploadState;

let server: PageServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let folder: string;

beforeAll(async () => {
  browser = await launchBrowser();
  folder = await mkdtemp(path.join(tmpdir(), 'simlane-upload-'));
});
afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await startPageServer();
  server.answer = UNDERSTOOD;
  watched = await openWatchedPage(browser, server.origin, { permissions: ['clipboard-read', 'clipboard-write'] });
  page = watched.page;
  // File choosers are caught from the first listener on, and that takes a moment: not one of the test's own.
  page.on('filechooser', () => undefined);
  await page.goto(server.uploadUrl);
});
afterEach(async () => {
  await watched.close();
  await server.stop();
});

const send = () => page.getByRole('button', { name: 'Send', exact: true }).click();
const chosen = () => page.locator('#chosen');
const seesAnswer = async (text: string): Promise<void> => {
  await page.getByRole('heading', { level: 1, name: text }).waitFor();
};

describe('a file is sent', () => {
  it('by choosing it: its name is shown, and the answer takes the place of the form and the focus', async () => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Choose a file').click();
    await (await chooser).setFiles(FILE);
    expect(await chosen().textContent()).toBe('eSIM Camille.pdf (40 kB)');
    await page.getByLabel('A confirmation code will be asked for').check();
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(server.received).toEqual([
      { file: { name: FILE.name, bytes: 40_000 }, activationCode: '', confirmationCodeRequired: true },
    ]);
    await page.locator('h1:focus').waitFor();
    expect(await page.title()).toBe('Thank you, the code was read – +33 6 12 34 56 78');
    expect(page.url()).toBe(server.uploadUrl);
    expect(await page.getByText('ends in F815').isVisible()).toBe(true);
  });

  it('by dropping it anywhere on the page', async () => {
    const file = path.join(folder, 'dropped.png');
    await writeFile(file, randomBytes(2_000));
    await drop(page, [file]);
    expect(await chosen().textContent()).toBe('dropped.png (2 kB)');
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(server.received[0]?.file).toEqual({ name: 'dropped.png', bytes: 2_000 });
  });

  it('by pasting a picture', async () => {
    await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(20, 20);
      canvas.getContext('2d').fillRect(0, 0, 10, 10);
      const picture = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    })()`);
    await page.keyboard.press('Control+V');
    await chosen().getByText('.png').waitFor();
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(server.received[0]?.file?.bytes).toBeGreaterThan(0);
  });

  it('by keyboard alone', async () => {
    await page.keyboard.press('Tab');
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(FILE);
    await tabTo(page, '#confirmation-code');
    await page.keyboard.press('Space');
    await tabTo(page, 'form.upload > button');
    await page.keyboard.press('Enter');
    await seesAnswer('Thank you, the code was read');
    expect(server.received).toMatchObject([{ file: { name: FILE.name }, confirmationCodeRequired: true }]);
  });

  it('once, however often the button is pressed, and it says what is going on meanwhile', async () => {
    let answerNow = (): void => undefined;
    server.answerAfter = new Promise((resolve) => (answerNow = resolve));
    await page.locator('#file').setInputFiles(FILE);
    await send();
    await page.getByRole('status').getByText('Reading…').waitFor();
    await send();
    answerNow();
    await seesAnswer('Thank you, the code was read');
    expect(server.received).toHaveLength(1);
  });
});

describe('a code is sent', () => {
  it('by typing it, by keyboard alone', async () => {
    await tabTo(page, 'form.upload summary');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type(CODE);
    await tabTo(page, 'form.upload > button');
    await page.keyboard.press('Enter');
    await seesAnswer('Thank you, the code was read');
    expect(server.received).toMatchObject([{ file: null, activationCode: CODE }]);
  });

  it('by pasting it anywhere on the page', async () => {
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(` ${CODE}\n`)})`);
    await page.keyboard.press('Control+V');
    expect(await page.getByLabel('Activation code', { exact: true }).inputValue()).toBe(CODE);
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(server.received).toMatchObject([{ file: null, activationCode: CODE }]);
  });

  it('and what was typed is still there to be corrected when it is refused, though no answer holds it', async () => {
    server.answer = WRONG_MATCHING_ID;
    await page.getByText('No file? Enter the activation code').click();
    const field = page.getByLabel('Activation code', { exact: true });
    await field.fill(`${CODE}_`);
    await page.getByLabel('A confirmation code will be asked for').check();
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await send();
    await seesAnswer('The matching ID in the code is not right');
    expect(await (await answered).text()).not.toContain('04386');
    expect(await field.inputValue()).toBe(`${CODE}_`);
    expect(await page.getByLabel('A confirmation code will be asked for').isChecked()).toBe(true);
    server.answer = UNDERSTOOD;
    await field.fill(CODE);
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(server.received.map(({ activationCode }) => activationCode)).toEqual([`${CODE}_`, CODE]);
  });

  it('or a file is, whichever came later', async () => {
    await page.locator('#file').setInputFiles(FILE);
    await page.getByText('No file? Enter the activation code').click();
    const field = page.getByLabel('Activation code', { exact: true });
    await field.fill(CODE);
    expect(await chosen().textContent()).toBe('');
    await page.locator('#file').setInputFiles(FILE);
    expect(await field.inputValue()).toBe('');
  });
});

describe('what cannot be taken', () => {
  it('is said with what to do, and the form is there again', async () => {
    server.answer = WEB_PAGE;
    await page.locator('#file').setInputFiles(FILE);
    await send();
    await seesAnswer('This is a QR code, but it opens a web page');
    server.answer = UNDERSTOOD;
    await page.locator('#file').setInputFiles(FILE);
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(server.received).toHaveLength(2);
  });

  it('is not sent when it is too large, more than one file, or nothing at all', async () => {
    const alert = page.getByRole('alert');
    await send();
    expect(await alert.textContent()).toBe('Choose a file, or enter the activation code.');
    const large = path.join(folder, 'large.tiff');
    await writeFile(large, Buffer.alloc(5 * 1024 * 1024 + 1));
    await page.locator('#file').setInputFiles(large);
    await send();
    expect(await alert.textContent()).toMatch(/^The file is larger than 5 MB\./);
    await drop(page, [large, large]);
    expect(await alert.textContent()).toBe('One file at a time, please.');
    expect(server.received).toEqual([]);
  });

  it.each(['hang up', 'a page of somebody else'] as const)(
    'can be sent again after a broken connection: %s',
    async (answer) => {
      server.answer = answer;
      await page.locator('#file').setInputFiles(FILE);
      await send();
      await page.getByRole('alert').getByText('The connection was lost').waitFor();
      server.answer = UNDERSTOOD;
      const before = server.received.length;
      await send();
      await seesAnswer('Thank you, the code was read');
      // Before that, the browser may have repeated by itself what got no answer.
      expect(server.received).toHaveLength(before + 1);
    },
  );
});

describe('afterwards', () => {
  it('the notification can be sent, to an address that is shown masked and cannot be changed', async () => {
    await page.locator('#file').setInputFiles(FILE);
    await send();
    await seesAnswer('Thank you, the code was read');
    expect(await page.getByRole('textbox').count()).toBe(0);
    await page.getByRole('button', { name: 'Send the mail to j•••@contoso.example' }).click();
    await page.getByText('The mail went to j•••@contoso.example').waitFor();
    expect(server.notifications).toBe(1);
  });
});

describe('without script', () => {
  it('a file and a code can be sent, and the answer is a page of its own that has the focus on its heading', async () => {
    const { page: plain, close } = await openWatchedPage(browser, server.origin, { javaScriptEnabled: false });
    await plain.goto(server.uploadUrl);
    expect(await plain.getByText('or drop it here').isVisible()).toBe(false);
    await plain.locator('#file').setInputFiles(FILE);
    await plain.getByRole('button', { name: 'Send', exact: true }).click();
    await plain.getByRole('heading', { name: 'Thank you, the code was read' }).waitFor();
    await plain.locator('h1:focus').waitFor();

    server.answer = WEB_PAGE;
    await plain.goto(server.uploadUrl);
    await plain.getByText('No file? Enter the activation code').click();
    await plain.getByLabel('Activation code', { exact: true }).fill('https://example.com');
    await plain.getByRole('button', { name: 'Send', exact: true }).click();
    await plain.getByRole('heading', { name: 'it opens a web page' }).waitFor();
    expect(server.received).toMatchObject([
      { file: { name: FILE.name, bytes: 40_000 }, activationCode: '' },
      { file: null, activationCode: 'https://example.com' },
    ]);
    await close();
  });
});

/** As a person does it, from outside of the page. */
const drop = async (page: Page, files: readonly string[]): Promise<void> => {
  const devTools = await page.context().newCDPSession(page);
  const at = { x: 20, y: 20, data: { items: [], files: [...files], dragOperationsMask: 1 } };
  await devTools.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at });
  await devTools.send('Input.dispatchDragEvent', { type: 'dragOver', ...at });
  await devTools.send('Input.dispatchDragEvent', { type: 'drop', ...at });
  await devTools.detach();
};

/** More stops than there are on any of these pages. */
const MOST_STOPS = 15;

const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`${selector} cannot be reached by keyboard`);
};
