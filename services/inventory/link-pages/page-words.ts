import type { ActivationCodeFault } from '@simlane/contracts/activation-code';
import type { ProblemCode } from '@simlane/contracts/problems';
import type { QrCodeWarning } from '@simlane/contracts/qr-code';
import type { Html } from './html.ts';
import type { Platform } from './platform.ts';
import type { UploadProblem } from './upload-refusal.ts';

/** What happened, and what the reader does next. */
export interface Advice {
  readonly what: string;
  readonly next: string | Html;
}

/** Why nothing can be shown for a link. */
export const DEAD_LINK_PROBLEMS = [
  'link_dead',
  'rate_limited',
  'dependency_unavailable',
  'overloaded',
  'internal_error',
] as const satisfies readonly ProblemCode[];
export type DeadLinkProblem = (typeof DEAD_LINK_PROBLEMS)[number];

/** How a code came: in a file, or typed or pasted as text. */
export type CameAs = 'file' | 'text';

/** Names come as markup that keeps their direction to themselves. */
interface Names {
  readonly contact: Html;
  readonly requester: Html;
  readonly account: Html;
}

type PlainProblem = Exclude<UploadProblem, 'not_activation_code' | 'two_activation_codes' | 'rate_limited'>;

/** All words of the pages, once in each language. */
export interface PageWords {
  readonly facts: {
    readonly line: string;
    readonly iccid: string;
    readonly temporaryReference: string;
    readonly providerReference: string;
    readonly requestedBy: string;
    readonly linkWorksUntil: string;
  };
  readonly upload: {
    readonly title: string;
    readonly lead: (names: Names) => Html;
    readonly choose: string;
    readonly orDropOrPaste: string;
    readonly accepted: (formats: readonly string[], megabytes: number) => string;
    readonly orType: string;
    readonly typed: { readonly label: string; readonly hint: string };
    readonly confirmationCode: { readonly label: string; readonly hint: string };
    readonly send: string;
    readonly sending: string;
    readonly reading: string;
    readonly nothingChosen: string;
    readonly oneFile: string;
    readonly connectionLost: string;
    readonly seenBy: (account: Html) => Html;
  };
  readonly understood: {
    readonly title: string;
    readonly lead: string;
    readonly smdpAddress: string;
    readonly matchingId: string;
    readonly endsIn: (lastFour: string) => Html;
    readonly confirmationCode: string;
    readonly needed: string;
    readonly notNeeded: string;
    readonly check: string;
    readonly warnings: Readonly<Record<QrCodeWarning, string>>;
    readonly close: string;
  };
  readonly notification: {
    readonly title: string;
    readonly offer: (to: Html) => Html;
    readonly byItself: (hour: string) => string;
    readonly send: (to: Html) => Html;
    readonly sent: (to: Html, hour: string) => Html;
  };
  readonly waiting: {
    readonly title: string;
    readonly lead: (account: Html) => Html;
    readonly next: string;
    readonly another: string;
  };
  readonly tryAgain: string;
  readonly problems: Readonly<Record<PlainProblem, Advice>>;
  readonly tooLarge: (megabytes: number) => string;
  readonly faults: Readonly<Record<ActivationCodeFault, (cameAs: CameAs) => Advice>>;
  readonly twoCodes: (lastFours: readonly string[]) => Advice;
  readonly rateLimited: (retryAfterMinutes: number | null) => Advice;
  readonly phone: {
    readonly title: string;
    readonly lead: (account: Html) => Html;
    readonly worksUntil: string;
    readonly confirmationCode: Advice;
    readonly onThisDevice: string;
    readonly onAnother: string;
    readonly withOneTap: string;
    readonly install: Readonly<Record<Platform, string>>;
    readonly from: Readonly<Record<Platform, string>>;
    readonly otherBrowser: string;
    readonly scan: string;
    readonly scanHint: string;
    readonly alternative: string;
    readonly download: string;
    readonly stepByStep: string;
    readonly steps: Readonly<Record<Platform, { readonly title: string; readonly steps: readonly string[] }>>;
    readonly manual: {
      readonly title: string;
      readonly onApple: string;
      readonly elsewhere: string;
      readonly smdpAddress: string;
      readonly activationCode: string;
      readonly leftEmpty: string;
      readonly copy: string;
      readonly copied: string;
    };
    readonly keep: string;
  };
  readonly deadLink: Readonly<Record<DeadLinkProblem, Advice>>;
}
