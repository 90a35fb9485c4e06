/** What the mails about QR codes need to say. Times and formats are ready to be read; URLs hold their token. */
import type { QrRequestReturned } from '@simlane/contracts/http/notification';
import type { MailText } from './mail.ts';

/** As people know it: the first of these that there is. */
export interface SimOfMail {
  /** The phone number, grouped for reading. */
  readonly line: string | null;
  readonly iccid: string | null;
  readonly temporaryReference: string | null;
}

export interface RequestOfMail {
  /** The words of whoever asks. */
  readonly subject: string;
  readonly letter: string;
  /** 0: the request itself. */
  readonly reminder: number;
  /** Null for those who are in copy. */
  readonly uploadUrl: string | null;
  readonly formats: string;
  readonly until: string;
}

export interface CodeOfMail {
  readonly recipientName: string;
  readonly sim: SimOfMail;
  readonly pageUrl: string;
  readonly imageUrl: string;
  readonly confirmationCodeRequired: boolean;
  readonly until: string;
}

export interface RefusalOfMail {
  readonly recipientName: string;
  readonly sim: SimOfMail;
  /** The words of whoever refused. */
  readonly reason: string;
  readonly uploadUrl: string | null;
}

export interface ReturnsOfMail {
  readonly recipientName: string;
  readonly sim: SimOfMail;
  readonly returns: QrRequestReturned['returns'];
}

/** One function per kind of message. A kind or a language that lacks its text does not compile. */
export interface QrMailTexts {
  readonly qr_code_requested: (request: RequestOfMail) => MailText;
  readonly qr_code_available: (code: CodeOfMail) => MailText;
  readonly qr_file_refused: (refusal: RefusalOfMail) => MailText;
  readonly qr_request_returned: (returned: ReturnsOfMail) => MailText;
}
