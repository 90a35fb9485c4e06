import type { Language } from '@simlane/contracts/http/primitives';

/** What a mail says, before it is given any form. Plain text only: whatever is in it is shown and never interpreted. */
export interface Mail {
  readonly language: Language;
  readonly subject: string;
  readonly paragraphs: readonly Paragraph[];
}

/** Words of ours, or somebody else's; or a way to go. */
export type Paragraph =
  | string
  /** What somebody said, shown as theirs, line by line. */
  | { readonly quotation: string }
  /** What a person writes through us: the mail is theirs, in paragraphs and lines as they set them. */
  | { readonly letter: string }
  /** The one thing to do next, and another way to do it. */
  | { readonly button: Link }
  | { readonly link: Link };

/** The URL is ours: nobody else's becomes a link. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

/** A mail but for its language. */
export type MailText = Pick<Mail, 'subject' | 'paragraphs'>;
