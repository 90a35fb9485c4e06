import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseKeyRing } from './key-ring.ts';
import { isUuid } from './uuid-v7.ts';

/** What the holder of a mailed link may do: send a QR code in, or see and download one. */
export type LinkPurpose = 'qr_upload' | 'qr_download';

/** Where a link leads, at inventory's public address. */
const PAGES = {
  qr_upload: '/inventory/v1/qr-uploads',
  qr_download: '/inventory/v1/qr-codes',
} as const satisfies Record<LinkPurpose, string>;

export interface LinkIds {
  readonly accountId: string;
  readonly linkId: string;
}

/** Tokens of mailed links (reliability.md): computed from the link's id, stored nowhere. */
export interface MailedLinks {
  /** The same for the same link and key: a mail that is made again holds the same token. */
  tokenOf(purpose: LinkPurpose, ids: LinkIds): string;
  /** Whose token it is; undefined for one that none of the keys has made for this purpose. Whether the link is still good is another question. */
  read(purpose: LinkPurpose, token: string): LinkIds | undefined;
}

const UUID_BYTES = 16;
const IDS_BYTES = 2 * UUID_BYTES;
/** Of the HMAC: 128 bits cannot be guessed. */
const SIGNATURE_BYTES = 16;
/** 48 bytes are 64 characters without padding or spare bits: a token has this one form. */
const TOKEN = /^[\w-]{64}$/;

/** @param keys as of {@link parseKeyRing}: the first makes tokens, all of them are understood. @throws KeyRingError */
export const createMailedLinks = (keys: string): MailedLinks => {
  const ring = [...parseKeyRing(keys).values()];
  const [current] = ring as [Buffer];
  return {
    tokenOf: (purpose, { accountId, linkId }) => {
      const ids = Buffer.concat([bytesOf(accountId), bytesOf(linkId)]);
      return Buffer.concat([ids, sign(current, purpose, ids)]).toString('base64url');
    },
    read: (purpose, token) => {
      if (!TOKEN.test(token)) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      const ids = bytes.subarray(0, IDS_BYTES);
      const signature = bytes.subarray(IDS_BYTES);
      if (!ring.some((key) => timingSafeEqual(sign(key, purpose, ids), signature))) return undefined;
      return { accountId: uuidOf(ids.subarray(0, UUID_BYTES)), linkId: uuidOf(ids.subarray(UUID_BYTES)) };
    },
  };
};

/** The path of a link's page. */
export const linkPath = (purpose: LinkPurpose, token: string): string => `${PAGES[purpose]}/${token}`;

const sign = (key: Buffer, purpose: LinkPurpose, ids: Buffer): Buffer =>
  // The ids have a fixed length: no purpose can be read as a part of them.
  createHmac('sha256', key).update(purpose).update(ids).digest().subarray(0, SIGNATURE_BYTES);

const bytesOf = (uuid: string): Buffer => {
  if (!isUuid(uuid)) throw new TypeError('Accounts and links are named by UUIDs');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
};

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
