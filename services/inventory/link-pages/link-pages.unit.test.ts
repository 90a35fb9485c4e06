import { ACTIVATION_CODE_FAULTS, installLinks } from '@simlane/contracts/activation-code';
import { describe, expect, it } from 'vitest';
import { deadLinkPage } from './dead-link-page.ts';
import {
  CODE,
  HOSTILE_NAME,
  PHONE_STATES,
  phoneModel,
  PICTURE,
  UPLOAD_STATES,
  uploadModel,
} from './link-pages.fixture.ts';
import { PAGE_HEADERS } from './page.ts';
import { PAGE_ASSETS, phoneScript, uploadScript } from './page-assets.ts';
import { languageOf, pageTexts } from './page-texts.ts';
import { formatHour, formatTime } from './page-time.ts';
import { DEAD_LINK_PROBLEMS } from './page-words.ts';
import { phonePage } from './phone-page.ts';
import { uploadPage } from './upload-page.ts';
import { isUploadProblem, UPLOAD_PROBLEMS, type UploadRefusal } from './upload-refusal.ts';

const LANGUAGES = ['en', 'fr'] as const;

const uploadPages = LANGUAGES.flatMap((language) =>
  Object.values(UPLOAD_STATES).map((state) => uploadPage(uploadModel(language, state))),
);
const phonePages = LANGUAGES.flatMap((language) =>
  Object.values(PHONE_STATES).map((more) => phonePage(phoneModel(language, more))),
);
const deadLinkPages = LANGUAGES.flatMap((language) =>
  DEAD_LINK_PROBLEMS.map((problem) => deadLinkPage(language, problem)),
);
const allPages = [...uploadPages, ...phonePages, ...deadLinkPages];

const REFUSALS: readonly UploadRefusal[] = [
  ...UPLOAD_PROBLEMS.filter(
    (code) => code !== 'not_activation_code' && code !== 'two_activation_codes' && code !== 'rate_limited',
  ).map((code) => ({ code })),
  ...ACTIVATION_CODE_FAULTS.map((fault) => ({ code: 'not_activation_code', fault }) as const),
  { code: 'two_activation_codes', lastFours: ['F815', '00ZQ'] },
  { code: 'rate_limited', retryAfterSeconds: 61 },
];
const KINDS_OF_CODE = ['file', 'text'] as const;

const headingOf = (page: string): string => /<h1[^>]*>(.*?)<\/h1>/.exec(page)?.[1] ?? '';
const addressesIn = (page: string): string[] =>
  [...page.matchAll(/\s(?:href|src|action|srcset|poster|formaction)="([^"]*)"/g)].map(([, address]) => address ?? '');

describe('all pages', () => {
  it('have nothing inline that the policy would have to allow', () => {
    for (const page of allPages) {
      expect(page).not.toMatch(/\sstyle=|<style|\son\w+=|javascript:/i);
      expect(page.match(/<script/g)?.length ?? 0).toBe(page.match(/<script src="[^"]+"><\/script>/g)?.length ?? 0);
    }
    expect(PAGE_HEADERS['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
  });

  it('say their language, and have a title that says what they are about', () => {
    for (const language of LANGUAGES) {
      const page = uploadPage(uploadModel(language, { is: 'ready' }));
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toMatch(/<title>[^<]+ – \+33 6 12 34 56 78<\/title>/);
    }
  });

  it('set no breakable space before French double punctuation', () => {
    const french = allPages
      .filter((page) => page.includes('lang="fr"'))
      .map((page) => page.replaceAll(/<[^>]*>/g, ' | '));
    for (const page of french) expect(page).not.toMatch(/[\p{L}\p{N}] [:;?!»]/u);
  });

  it('are small: page, style and script are less than 30 kB together', () => {
    const assets = PAGE_ASSETS.reduce((bytes, { body }) => bytes + Buffer.byteLength(body), 0);
    for (const page of allPages) expect(Buffer.byteLength(page) + assets).toBeLessThan(30_000);
  });

  it('load style and script by the hash of what is in them', () => {
    expect(new Set(PAGE_ASSETS.map(({ url }) => url)).size).toBe(PAGE_ASSETS.length);
    for (const { path, url, headers } of PAGE_ASSETS) {
      expect(url).toMatch(new RegExp(`^${path}\\?v=[0-9a-f]{12}$`));
      expect(headers['cache-control']).toContain('immutable');
    }
    expect(uploadPages[0]).toContain(uploadScript.url);
    expect(phonePages[0]).toContain(phoneScript.url);
  });
});

describe('the upload page', () => {
  it('leads to nothing but paths of the service', () => {
    for (const page of [...uploadPages, ...deadLinkPages]) {
      for (const address of addressesIn(page)) expect(address).toMatch(/^\/inventory\/v1\/|^data:,$/);
    }
  });

  it('refuses a path that is not of the service', () => {
    const model = uploadModel('en', { is: 'ready' });
    for (const path of ['https://evil.example/', '//evil.example', 'javascript:alert(1)']) {
      expect(() => uploadPage({ ...model, paths: { page: path, notification: path } })).toThrow(RangeError);
    }
  });

  it('shows hostile names as text', () => {
    const state = {
      is: 'understood',
      code: { smdpAddress: HOSTILE_NAME, lastFour: HOSTILE_NAME, confirmationCodeRequired: false },
      warnings: [],
      notification: { to: HOSTILE_NAME, sentAt: null, byItselfAt: null },
    } as const;
    for (const each of [{ is: 'ready' } as const, state]) {
      const page = uploadPage({
        ...uploadModel('en', each),
        accountName: HOSTILE_NAME,
        contactName: HOSTILE_NAME,
        requesterName: HOSTILE_NAME,
        providerReference: HOSTILE_NAME,
        sim: { msisdn: null, iccid: null, temporaryReference: HOSTILE_NAME },
      });
      expect(page).not.toMatch(/<script>|<img|<\/title><script/);
      expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    }
  });

  it('has a sentence of its own for each refusal, in both languages, as a file and as text', () => {
    for (const cameAs of KINDS_OF_CODE) {
      const headings = LANGUAGES.map((language) =>
        REFUSALS.map((refusal) => headingOf(uploadPage(uploadModel(language, { is: 'refused', refusal, cameAs })))),
      );
      const [english = [], french = []] = headings;
      for (const [index, heading] of english.entries()) {
        expect(heading).not.toBe('');
        expect(french[index]).not.toBe(heading);
      }
      expect(new Set(english).size).toBe(REFUSALS.length);
    }
  });

  it('tells a person what to do about a QR code that opens a web page', () => {
    const refusal = { code: 'not_activation_code', fault: 'web_page' } as const;
    const page = uploadPage(uploadModel('en', { is: 'refused', refusal, cameAs: 'file' }));
    expect(headingOf(page)).toBe('This is a QR code, but it opens a web page');
    expect(page).toContain('The eSIM code begins with LPA:1$');
  });

  it('names two codes by their last characters, or neither if one has none to show', () => {
    const pageOf = (lastFours: string[]) =>
      uploadPage(
        uploadModel('en', { is: 'refused', refusal: { code: 'two_activation_codes', lastFours }, cameAs: 'file' }),
      );
    expect(pageOf(['F815', '00ZQ'])).toContain('They end in F815 and 00ZQ.');
    expect(pageOf(['F815', ''])).not.toContain('F815');
  });

  it('offers the form again exactly where another try can succeed', () => {
    for (const refusal of REFUSALS) {
      const page = uploadPage(uploadModel('en', { is: 'refused', refusal, cameAs: 'file' }));
      expect(page.includes('class="upload"')).toBe(refusal.code !== 'link_dead');
    }
  });

  it('knows which problems it has words for', () => {
    expect(isUploadProblem('file_broken')).toBe(true);
    expect(isUploadProblem('iccid_in_use')).toBe(false);
  });
});

describe('the phone page', () => {
  it('leads to its own paths, its own picture and the install links of its code, and nowhere else', () => {
    for (const [index, more] of [...Object.values(PHONE_STATES), ...Object.values(PHONE_STATES)].entries()) {
      const links: readonly string[] = Object.values(installLinks(phoneModel('en', more).code));
      const foreign = addressesIn(phonePages[index] ?? '').filter(
        (address) => !address.startsWith('/inventory/v1/') && !['data:,', PICTURE, ...links].includes(address),
      );
      expect(foreign).toEqual([]);
    }
  });

  it.each(['apple', 'android', 'windows'] as const)('has the button of %s first and all the others after it', (own) => {
    const page = phonePage(phoneModel('en', { platform: own }));
    const buttons = addressesIn(page).filter((address) => Object.values<string>(installLinks(CODE)).includes(address));
    expect(buttons[0]).toBe(installLinks(CODE)[own]);
    expect(buttons).toHaveLength(3);
  });

  it('has the buttons before the picture on a phone, and the picture before the buttons on another screen', () => {
    const firstOf = (page: string) => (page.indexOf('<img') < page.indexOf('class="button') ? 'picture' : 'buttons');
    expect(firstOf(phonePage(phoneModel('en', { platform: 'apple' })))).toBe('buttons');
    expect(firstOf(phonePage(phoneModel('en', { platform: 'windows' })))).toBe('picture');
    expect(firstOf(phonePage(phoneModel('en')))).toBe('picture');
  });

  it('has the code for entry by hand: in two fields, and in one line without the prefix of the QR code', () => {
    const page = phonePage(phoneModel('en'));
    for (const text of [
      'smdp.polarlink.example',
      '04386-AGYFT-A74Y8-3F815',
      '1$smdp.polarlink.example$04386-AGYFT-A74Y8-3F815',
    ]) {
      expect(page).toContain(`>${text}</code>`);
    }
    expect(page).not.toContain('>LPA:');
  });

  it('says that a confirmation code will be asked for exactly when it will', () => {
    const { what } = pageTexts('en').phone.confirmationCode;
    expect(phonePage(phoneModel('en'))).not.toContain(what);
    expect(phonePage(phoneModel('en', { code: { ...CODE, confirmationCodeRequired: true } }))).toContain(what);
  });

  it('refuses a picture from elsewhere', () => {
    for (const picture of ['https://evil.example/x.png', 'data:text/html,x', 'data:image/svg+xml,x']) {
      expect(() => phonePage(phoneModel('en', { picture }))).toThrow(RangeError);
    }
  });
});

describe('languages and times', () => {
  it.each([
    ['fr-CH, fr;q=0.9, en;q=0.8', 'fr'],
    ['de-DE, fr;q=0.5, en;q=0.3', 'fr'],
    ['en-GB,en;q=0.9,fr;q=0.8', 'en'],
    ['de, *', 'en'],
    ['frr', 'en'],
    [undefined, 'en'],
  ] as const)('%s is answered in %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });

  it('times are those of the named zone, and say so', () => {
    expect(formatTime('2026-12-22T09:40:00Z', 'Europe/Paris', 'en')).toBe('22 December 2026, 10:40 CET');
    expect(formatTime('2026-12-22T09:40:00Z', 'Europe/Paris', 'fr')).toBe('22 décembre 2026, 10:40 UTC+1');
    expect(formatHour('2026-07-22T09:40:00Z', 'Europe/London', 'en')).toBe('10:40 BST');
  });
});
