/** The two pages in each of their states, and names that are hard on a page. */
import type { ActivationCode } from '@simlane/contracts/activation-code';
import type { Language } from '@simlane/contracts/http/primitives';
import type { PhonePageModel } from './phone-page.ts';
import { phonePagePaths } from './phone-page.ts';
import { PLATFORMS } from './platform.ts';
import { type UploadPageModel, uploadPagePaths, type UploadState } from './upload-page.ts';

export const TOKEN = 'AZqKf3l-dGhpcy1pcy1ub3QtYS10b2tlbi1idXQtYXMtbG9uZy1hcy1vbmU';
/** A label of 63 characters, the longest there is. */
const LONG_ADDRESS = `${'smdp-plus-'.repeat(6)}abc.production.example.com`;
export const CODE: ActivationCode = {
  smdpAddress: 'smdp.polarlink.example',
  matchingId: '04386-AGYFT-A74Y8-3F815',
  smdpOid: null,
  confirmationCodeRequired: false,
};
const UNDERSTOOD = { smdpAddress: CODE.smdpAddress, lastFour: 'F815', confirmationCodeRequired: false };
const OFFER = { to: 'j•••@contoso.example', sentAt: null, byItselfAt: '2026-12-08T09:55:00Z' };

export const uploadModel = (language: Language, state: UploadState): UploadPageModel => ({
  language,
  accountName: 'Contoso Field Services',
  timeZone: 'Europe/Paris',
  sim: { msisdn: '+33612345678', iccid: '8988211000000530082', temporaryReference: 'SIM-Temp-000042' },
  providerReference: 'PL-7741-0093',
  contactName: 'Camille Laurent',
  requesterName: 'Jonas Weber',
  expiresAt: '2026-12-22T09:40:00Z',
  paths: uploadPagePaths(TOKEN),
  state,
});

export const UPLOAD_STATES: Readonly<Record<string, UploadState>> = {
  ready: { is: 'ready' },
  understood: { is: 'understood', code: UNDERSTOOD, warnings: [], notification: OFFER },
  'understood with warnings': {
    is: 'understood',
    code: { smdpAddress: LONG_ADDRESS, lastFour: '', confirmationCodeRequired: true },
    warnings: ['matching_id_empty', 'iccid_differs', 'eid_differs'],
    notification: { ...OFFER, to: `j•••@${LONG_ADDRESS}` },
  },
  notified: {
    is: 'understood',
    code: UNDERSTOOD,
    warnings: [],
    notification: { ...OFFER, sentAt: '2026-12-08T09:45:00Z', byItselfAt: null },
  },
  waiting: {
    is: 'waiting',
    code: { ...UNDERSTOOD, smdpAddress: LONG_ADDRESS },
    warnings: ['smdp_address_unknown', 'matching_id_lower_case'],
  },
  'refused file': {
    is: 'refused',
    refusal: { code: 'not_activation_code', fault: 'web_page' },
    cameAs: 'file',
  },
  'refused text': {
    is: 'refused',
    refusal: { code: 'not_activation_code', fault: 'matching_id' },
    cameAs: 'text',
  },
  'two codes': {
    is: 'refused',
    refusal: { code: 'two_activation_codes', lastFours: ['F815', '00ZQ'] },
    cameAs: 'file',
  },
};

/** One white pixel: the drawing itself is another's work. */
export const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=';

export const phoneModel = (language: Language, more: Partial<PhonePageModel> = {}): PhonePageModel => ({
  language,
  accountName: 'Contoso Field Services',
  timeZone: 'Europe/Paris',
  sim: { msisdn: '+33612345678', iccid: '8988211000000530082', temporaryReference: null },
  expiresAt: '2026-12-22T09:40:00Z',
  code: CODE,
  picture: PICTURE,
  downloadPath: phonePagePaths(TOKEN).picture,
  platform: null,
  ...more,
});

export const PHONE_STATES: Readonly<Record<string, Partial<PhonePageModel>>> = {
  'no platform': {},
  ...Object.fromEntries(PLATFORMS.map((platform) => [platform, { platform }])),
  'long and confirmed': {
    platform: 'apple',
    code: { smdpAddress: LONG_ADDRESS, matchingId: 'X'.repeat(80), smdpOid: null, confirmationCodeRequired: true },
  },
  'no matching id': { platform: 'android', code: { ...CODE, matchingId: '' } },
};

export const HOSTILE_NAME = `</title><script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202e\`\${x}\``;
