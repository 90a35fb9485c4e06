import { type ActivationCode, installLinks, writeActivationCode } from '@simlane/contracts/activation-code';
import type { Language } from '@simlane/contracts/http/primitives';
import { formatMsisdn } from '@simlane/contracts/phone-number';
import { type Html, html, named } from './html.ts';
import { factList, nameOfSim, ownPath, page, pictureSource, type SimOnPage } from './page.ts';
import { phoneScript } from './page-assets.ts';
import { pageTexts } from './page-texts.ts';
import { formatTime } from './page-time.ts';
import type { PageWords } from './page-words.ts';
import { isPhone, type Platform, PLATFORMS } from './platform.ts';

export interface PhonePageModel {
  readonly language: Language;
  readonly accountName: string;
  /** The account's; times are shown in it. */
  readonly timeZone: string;
  readonly sim: SimOnPage;
  readonly expiresAt: string;
  readonly code: ActivationCode;
  /** The drawn code, black on white with its quiet zone, 8 pixels a module or more: a PNG in a `data:` URL, or a path of ours. */
  readonly picture: string;
  /** Where the same picture is served as a download. */
  readonly downloadPath: string;
  /** Of the visitor: see `platformOf`. */
  readonly platform: Platform | null;
}

/** Paths of one link to a code. */
export const phonePagePaths = (token: string): { readonly page: string; readonly picture: string } => ({
  page: `/inventory/v1/qr-codes/${token}`,
  picture: `/inventory/v1/qr-codes/${token}/image.png`,
});

/**
 * The page that installs an eSIM: by one tap on the device itself, by scanning, or by hand. Holds the activation code,
 * so it goes to the holder of a link only. Says nothing to the server when it is used.
 *
 * @throws RangeError if picture or download are not our own
 */
export const phonePage = (model: PhonePageModel): string => {
  const { language, sim, platform } = model;
  const words = pageTexts(language);
  const { phone, facts } = words;
  const name = nameOfSim(sim);
  const sections = [scanning(model, words), oneTap(model, words)];
  const main = html`<h1>${phone.title}</h1>
<p>${phone.lead(named(model.accountName))}</p>
${factList([
  [facts.line, sim.msisdn && formatMsisdn(sim.msisdn)],
  [facts.iccid, sim.iccid],
  [phone.worksUntil, formatTime(model.expiresAt, model.timeZone, language)],
])}
${
  model.code.confirmationCodeRequired &&
  html`<section class="note">
<h2>${phone.confirmationCode.what}</h2>
<p>${phone.confirmationCode.next}</p>
</section>`
}
${isPhone(platform) ? sections.toReversed() : sections}
${stepByStep(platform, words)}
${byHand(model.code, words)}
<p class="muted">${phone.keep}</p>
<p class="said" role="status" id="said"></p>`;
  return page({
    language,
    title: name === null ? phone.title : `${phone.title} – ${name}`,
    main,
    script: phoneScript,
  });
};

const othersThan = (own: Platform | null): readonly Platform[] => PLATFORMS.filter((platform) => platform !== own);

const oneTap = ({ code, platform: own }: PhonePageModel, { phone }: PageWords): Html => {
  const links = installLinks(code);
  const buttons = (platforms: readonly Platform[], look: 'button' | 'button other'): Html => html`<ul class="buttons">
${platforms.map(
  (platform) => html`<li>
<a class="${look}" href="${links[platform]}">${phone.install[platform]}</a>
<span class="muted">${phone.from[platform]}</span>
</li>
`,
)}</ul>`;
  const hint = html`<p class="muted">${phone.otherBrowser}</p>`;
  if (own === null) {
    return html`<section>
<h2>${phone.withOneTap}</h2>
${buttons(PLATFORMS, 'button other')}
${hint}
</section>
`;
  }
  return html`<section>
<h2>${phone.onThisDevice}</h2>
${buttons([own], 'button')}
${hint}
<h3>${phone.onAnother}</h3>
${buttons(othersThan(own), 'button other')}
</section>
`;
};

const scanning = ({ picture, downloadPath }: PhonePageModel, { phone }: PageWords): Html => html`<section>
<h2>${phone.scan}</h2>
<p>${phone.scanHint}</p>
<p class="code"><img src="${pictureSource(picture)}" width="288" height="288" alt="${phone.alternative}"></p>
<p class="center"><a href="${ownPath(downloadPath)}" download="esim-qr-code.png">${phone.download}</a></p>
</section>
`;

const stepByStep = (own: Platform | null, { phone }: PageWords): Html => html`<section>
<h2>${phone.stepByStep}</h2>
${[...(own === null ? [] : [own]), ...othersThan(own)].map(
  (platform) => html`<details${platform === own ? html` open` : ''}><summary>${phone.steps[platform].title}</summary>
<ol>
${phone.steps[platform].steps.map((step) => html`<li>${step}</li>\n`)}</ol>
</details>
`,
)}</section>`;

/** iPhones ask for the two parts, the others for the code in one line (without the prefix, which is the QR code's). */
const byHand = (code: ActivationCode, { phone: { manual } }: PageWords): Html => html`<section>
<h2>${manual.title}</h2>
<h3>${manual.onApple}</h3>
${copied('smdp-address', manual.smdpAddress, code.smdpAddress, manual)}
${
  code.matchingId === ''
    ? html`<p class="muted">${manual.leftEmpty}</p>`
    : copied('matching-id', manual.activationCode, code.matchingId, manual)
}
<h3>${manual.elsewhere}</h3>
${copied('activation-code', manual.activationCode, writeActivationCode(code), manual)}
</section>`;

/** The value can be selected with one tap; its button shows once there is a script that can copy. */
const copied = (id: string, label: string, value: string, words: PageWords['phone']['manual']): Html =>
  html`<div class="by-hand"><span id="${id}-label">${label}</span> <code id="${id}">${value}</code>
<button type="button" class="with-script" data-copies="${id}" data-copied="${words.copied}" id="copy-${id}" aria-labelledby="copy-${id} ${id}-label">${words.copy}</button></div>`;
