import type { QrFileFormat } from '@simlane/contracts/qr-code';

/** Why a file of an uploader cannot be read. */
export const UNREADABLE_REASONS = ['format', 'encrypted', 'broken', 'too_complex'] as const;
export type UnreadableReason = (typeof UNREADABLE_REASONS)[number];

export type Decoded =
  | {
      readonly outcome: 'read';
      readonly format: QrFileFormat;
      /** Every distinct text of a QR code on any page, in order of pages, which count from 1. Long ones are cut. */
      readonly codes: readonly { readonly text: string; readonly page: number }[];
      /** What else is printed and can be read without guessing: text of a PDF or SVG, other bar codes. Bounded. */
      readonly texts: readonly string[];
    }
  | { readonly outcome: 'unreadable'; readonly reason: UnreadableReason; readonly format: QrFileFormat | null };

/** Reads the QR codes in a file that a stranger sent. */
export interface Decoder {
  /**
   * Every page of a file that is `read` was looked at. Never throws because of what is in the file.
   *
   * @throws DecoderBusy, DecoderUnavailable
   */
  decode(file: Uint8Array): Promise<Decoded>;
  /** What is being decoded ends with `DecoderUnavailable`. */
  close(): Promise<void>;
}

/** So many files are waiting that another one would wait too long. The same file can be sent again. */
export class DecoderBusy extends Error {
  override readonly name = 'DecoderBusy';
}

/** Nothing could be run that reads files; it says nothing about the file. */
export class DecoderUnavailable extends Error {
  override readonly name = 'DecoderUnavailable';
}
