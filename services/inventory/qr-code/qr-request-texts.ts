import { type Language, shortened } from '@simlane/contracts/http/primitives';
import type { RequestMessages } from '@simlane/contracts/http/qr-request-messages';

/** What the pre-filled message says. Nothing about the employee. */
export interface RequestSubject {
  readonly accountName: string;
  readonly requesterName: string;
  readonly msisdn: string | null;
  readonly iccid: string | null;
  readonly temporaryReference: string | null;
  readonly providerName: string | null;
  readonly providerReference: string | null;
}

const simIn = ({ iccid, temporaryReference }: RequestSubject): string =>
  iccid === null ? (temporaryReference ?? 'eSIM') : `ICCID ${iccid}`;

const TEXTS: Record<Language, (subject: RequestSubject) => { subject: string; text: string }> = {
  en: (of) => ({
    subject: shortened(`eSIM QR code for ${of.msisdn ?? simIn(of)} (${of.accountName})`),
    text: [
      'Hello,',
      '',
      'Please send us the QR code of this eSIM:',
      '',
      `Account: ${of.accountName}`,
      ...(of.msisdn === null ? [] : [`Line: ${of.msisdn}`]),
      ...(of.iccid === null ? [] : [`ICCID: ${of.iccid}`]),
      ...(of.iccid === null && of.temporaryReference !== null ? [`Reference: ${of.temporaryReference}`] : []),
      ...(of.providerName === null ? [] : [`Provider: ${of.providerName}`]),
      ...(of.providerReference === null ? [] : [`Reference at the provider: ${of.providerReference}`]),
      `Requested by: ${of.requesterName}`,
      '',
      'Thank you,',
      of.requesterName,
    ].join('\n'),
  }),
  fr: (of) => ({
    subject: shortened(`QR code eSIM pour ${of.msisdn ?? simIn(of)} (${of.accountName})`),
    text: [
      'Bonjour,',
      '',
      'Merci de nous transmettre le QR code de cette eSIM :',
      '',
      `Compte : ${of.accountName}`,
      ...(of.msisdn === null ? [] : [`Ligne : ${of.msisdn}`]),
      ...(of.iccid === null ? [] : [`ICCID : ${of.iccid}`]),
      ...(of.iccid === null && of.temporaryReference !== null ? [`Référence : ${of.temporaryReference}`] : []),
      ...(of.providerName === null ? [] : [`Opérateur : ${of.providerName}`]),
      ...(of.providerReference === null ? [] : [`Référence chez l’opérateur : ${of.providerReference}`]),
      `Demandé par : ${of.requesterName}`,
      '',
      'Merci,',
      of.requesterName,
    ].join('\n'),
  }),
};

/** One message for each of the languages, pre-filled. */
export const requestMessages = (languages: readonly Language[], subject: RequestSubject): RequestMessages =>
  Object.fromEntries([...new Set(languages)].toSorted().map((language) => [language, TEXTS[language](subject)]));
