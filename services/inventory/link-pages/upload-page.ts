import type { Language } from '@simlane/contracts/http/primitives';
import { formatMsisdn } from '@simlane/contracts/phone-number';
import { ACCEPTED_FORMATS, LARGEST_FILE_BYTES, type QrCodeWarning } from '@simlane/contracts/qr-code';
import { type Html, html, named } from './html.ts';
import { type Fact, factList, nameOfSim, outcomeHeading, ownPath, page, type SimOnPage } from './page.ts';
import { uploadScript } from './page-assets.ts';
import { pageTexts } from './page-texts.ts';
import { formatHour, formatTime } from './page-time.ts';
import type { Advice, CameAs, PageWords } from './page-words.ts';
import { canTryAgain, type UploadRefusal } from './upload-refusal.ts';

export interface UploadPageModel {
  readonly language: Language;
  readonly accountName: string;
  /** The account's; times are shown in it. */
  readonly timeZone: string;
  readonly sim: SimOnPage;
  readonly providerReference: string | null;
  readonly contactName: string;
  readonly requesterName: string;
  /** RFC 3339, like every time here. */
  readonly expiresAt: string;
  readonly paths: UploadPagePaths;
  readonly state: UploadState;
}

export interface UploadPagePaths {
  /** The page itself, and what it is sent to: multipart/form-data of `file`, `activationCode`, `confirmationCodeRequired`. */
  readonly page: string;
  /** A POST without a body sends the notification. */
  readonly notification: string;
}

export type UploadState =
  | { readonly is: 'ready' }
  | {
      readonly is: 'understood';
      readonly code: UnderstoodCode;
      readonly warnings: readonly QrCodeWarning[];
      readonly notification: NotificationOffer | null;
    }
  /** The address is not known for the provider: somebody of the account decides. */
  | { readonly is: 'waiting'; readonly code: UnderstoodCode; readonly warnings: readonly QrCodeWarning[] }
  | { readonly is: 'refused'; readonly refusal: UploadRefusal; readonly cameAs: CameAs };

/** What may be seen of a code by who has sent it: enough to tell whether it is the right one, not enough to install it. */
export interface UnderstoodCode {
  readonly smdpAddress: string;
  readonly lastFour: string;
  readonly confirmationCodeRequired: boolean;
}

export interface NotificationOffer {
  /** Masked; it cannot be changed here. */
  readonly to: string;
  readonly sentAt: string | null;
  /** When it goes by itself; null if it does not. */
  readonly byItselfAt: string | null;
}

/** Paths of the page of one upload link. */
export const uploadPagePaths = (token: string): UploadPagePaths => ({
  page: `/inventory/v1/qr-uploads/${token}`,
  notification: `/inventory/v1/qr-uploads/${token}/notification`,
});

/**
 * The page of an upload link in one of its states: a GET shows the first, the answer to a POST any of them. Works
 * without script; with it the main part of the answer takes the place of the one shown.
 *
 * @throws RangeError if a path is not one of this service
 */
export const uploadPage = (model: UploadPageModel): string => {
  const words = pageTexts(model.language);
  const { title, main } = contentOf(model, words);
  const sim = nameOfSim(model.sim);
  return page({
    language: model.language,
    title: sim === null ? title : `${title} – ${sim}`,
    main,
    script: uploadScript,
  });
};

const contentOf = (model: UploadPageModel, words: PageWords): { title: string; main: Html } => {
  const { state } = model;
  switch (state.is) {
    case 'ready':
      return {
        title: words.upload.title,
        main: html`<h1 tabindex="-1">${words.upload.title}</h1>
<p>${words.upload.lead({
          contact: named(model.contactName),
          requester: named(model.requesterName),
          account: named(model.accountName),
        })}</p>
${factList(requestFacts(model, words))}
${uploadForm(model, words)}`,
      };
    case 'understood':
      return {
        title: words.understood.title,
        main: html`${outcomeHeading('done', words.understood.title)}
<p>${words.understood.lead}</p>
${factList([...codeFacts(state.code, words), ...simFacts(model, words)])}
${warningList(state.warnings, words)}
${state.notification && notificationOffer(state.notification, model, words)}
<p class="muted">${words.understood.close}</p>`,
      };
    case 'waiting':
      return {
        title: words.waiting.title,
        main: html`${outcomeHeading('waits', words.waiting.title)}
<p>${words.waiting.lead(named(model.accountName))}</p>
<p>${words.waiting.next}</p>
${factList([...codeFacts(state.code, words), ...simFacts(model, words)])}
${warningList(
  state.warnings.filter((warning) => warning !== 'smdp_address_unknown'),
  words,
)}
<details><summary>${words.waiting.another}</summary>
${uploadForm(model, words)}
</details>`,
      };
    case 'refused': {
      const { what, next } = adviceOn(state.refusal, state.cameAs, words);
      return {
        title: what,
        main: html`${outcomeHeading('refused', what)}
<p>${next}</p>
${
  canTryAgain(state.refusal) &&
  html`<h2>${words.tryAgain}</h2>
${uploadForm(model, words, state.cameAs === 'text')}`
}
${factList(requestFacts(model, words))}`,
      };
    }
  }
};

const SECONDS_A_MINUTE = 60;

const adviceOn = (refusal: UploadRefusal, cameAs: CameAs, words: PageWords): Advice => {
  switch (refusal.code) {
    case 'not_activation_code':
      return words.faults[refusal.fault](cameAs);
    case 'two_activation_codes':
      return words.twoCodes(refusal.lastFours);
    case 'rate_limited': {
      const { retryAfterSeconds } = refusal;
      return words.rateLimited(retryAfterSeconds === null ? null : Math.ceil(retryAfterSeconds / SECONDS_A_MINUTE));
    }
    default:
      return words.problems[refusal.code];
  }
};

const simFacts = ({ sim, providerReference }: UploadPageModel, { facts }: PageWords): readonly Fact[] => [
  [facts.line, sim.msisdn && formatMsisdn(sim.msisdn)],
  [facts.iccid, sim.iccid],
  [facts.temporaryReference, sim.iccid === null ? sim.temporaryReference : null],
  [facts.providerReference, providerReference && named(providerReference)],
];

const requestFacts = (model: UploadPageModel, words: PageWords): readonly Fact[] => [
  ...simFacts(model, words),
  [words.facts.requestedBy, named(model.requesterName)],
  [words.facts.linkWorksUntil, formatTime(model.expiresAt, model.timeZone, model.language)],
];

const codeFacts = (code: UnderstoodCode, { understood }: PageWords): readonly Fact[] => [
  [understood.smdpAddress, code.smdpAddress],
  [understood.matchingId, code.lastFour === '' ? null : understood.endsIn(code.lastFour)],
  [understood.confirmationCode, code.confirmationCodeRequired ? understood.needed : understood.notNeeded],
];

const warningList = (warnings: readonly QrCodeWarning[], { understood }: PageWords): Html | false =>
  warnings.length > 0 &&
  html`<section class="note">
<h2>${understood.check}</h2>
<ul>
${warnings.map((warning) => html`<li>${understood.warnings[warning]}</li>\n`)}</ul>
</section>`;

const notificationOffer = (offer: NotificationOffer, model: UploadPageModel, { notification }: PageWords): Html => {
  const { language, timeZone } = model;
  const to = html`<bdi>${offer.to}</bdi>`;
  if (offer.sentAt !== null) {
    return html`<p>${notification.sent(to, formatHour(offer.sentAt, timeZone, language))}</p>`;
  }
  const itself = offer.byItselfAt && notification.byItself(formatHour(offer.byItselfAt, timeZone, language));
  return html`<section>
<h2>${notification.title}</h2>
<p>${notification.offer(to)} ${itself}</p>
<form method="post" enctype="multipart/form-data" action="${ownPath(model.paths.notification)}">
<button>${notification.send(to)}</button>
</form>
</section>`;
};

const BYTES_A_MEGABYTE = 1024 * 1024;
const LARGEST_FILE_MEGABYTES = LARGEST_FILE_BYTES / BYTES_A_MEGABYTE;
/** A help for the file chooser; what a file is, its content says. */
const FILE_CHOOSER_TYPES = [
  '.png',
  '.jpg',
  '.jpeg',
  '.svg',
  '.tif',
  '.tiff',
  '.pdf',
  'image/png',
  'image/jpeg',
  'image/svg+xml',
  'image/tiff',
  'application/pdf',
].join(',');

/** One form, so that either way of giving the code has the same button; the words of the script stand in its attributes. */
const uploadForm = (model: UploadPageModel, words: PageWords, typing = false): Html => {
  const { upload } = words;
  return html`<form class="upload" method="post" enctype="multipart/form-data" action="${ownPath(model.paths.page)}"
 data-largest-bytes="${LARGEST_FILE_BYTES}" data-too-large="${words.tooLarge(LARGEST_FILE_MEGABYTES)}"
 data-sending="${upload.sending}" data-reading="${upload.reading}" data-lost="${upload.connectionLost}"
 data-nothing="${upload.nothingChosen}" data-one-file="${upload.oneFile}">
<div class="drop">
<input type="file" id="file" name="file" accept="${FILE_CHOOSER_TYPES}" aria-describedby="accepted chosen">
<label for="file">${upload.choose}</label>
<span class="with-script">${upload.orDropOrPaste}</span>
<output id="chosen" for="file"></output>
</div>
<p class="muted" id="accepted">${upload.accepted(ACCEPTED_FORMATS, LARGEST_FILE_MEGABYTES)}</p>
<details${typing ? html` open` : ''}><summary>${upload.orType}</summary>
<label for="activation-code">${upload.typed.label}</label>
<textarea id="activation-code" name="activationCode" rows="2" maxlength="4096" spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="code-form"></textarea>
<p class="muted" id="code-form">${upload.typed.hint}</p>
</details>
<div class="tick">
<input type="checkbox" id="confirmation-code" name="confirmationCodeRequired" value="true" aria-describedby="confirmation-code-hint">
<label for="confirmation-code">${upload.confirmationCode.label}</label>
<p class="muted" id="confirmation-code-hint">${upload.confirmationCode.hint}</p>
</div>
<p class="wrong" role="alert"></p>
<button>${upload.send}</button>
<div class="progress" role="status"></div>
<p class="muted">${upload.seenBy(named(model.accountName))}</p>
</form>`;
};
