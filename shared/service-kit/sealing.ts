import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { KEY_BYTES, parseKeyRing } from './key-ring.ts';

export interface Sealer {
  /** `keyId.nonce+ciphertext+tag`, different at every call. */
  seal(plaintext: string | Uint8Array, associatedData: readonly string[]): string;
  /** @throws SealError where the key is not known, or the text or its associated data is not what was sealed */
  open(sealed: string, associatedData: readonly string[]): Buffer;
  openText(sealed: string, associatedData: readonly string[]): string;
  /**
   * HMAC-SHA-256 under keys of their own, one per key of the sealer and the current one first: the same for the same
   * text, so equality can be asked without opening. Store the first, look for any.
   */
  fingerprints(text: string): readonly [string, ...string[]];
  /** The first of {@link fingerprints}. */
  fingerprint(text: string): string;
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: random nonces of 96 bits are safe for 2^32 seals under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals short secrets with AES-256-GCM.
 *
 * @param keys `id:base64,id2:base64`, 32 bytes each; the first seals, all of them open
 * @throws KeyRingError
 */
export const createSealer = (keys: string): Sealer => {
  const ring = parseKeyRing(keys);
  const [currentId, currentKey] = [...ring][0] as [string, Buffer];
  const fingerprintKeys = [...ring.values()].map(deriveFingerprintKey);
  const open = (sealed: string, associatedData: readonly string[]): Buffer => {
    const [id = '', text = ''] = sealed.split('.', 2);
    const key = ring.get(id);
    if (key === undefined) throw new SealError('Sealed under a key that is not known here');
    return decrypt(key, Buffer.from(text, 'base64url'), encodeAssociatedData(associatedData));
  };
  const fingerprints = (text: string): readonly [string, ...string[]] =>
    fingerprintKeys.map((key) => createHmac('sha256', key).update(text).digest('base64url')) as [string, ...string[]];
  return {
    seal: (plaintext, associatedData) =>
      `${currentId}.${encrypt(currentKey, plaintext, encodeAssociatedData(associatedData)).toString('base64url')}`,
    open,
    openText: (sealed, associatedData) => open(sealed, associatedData).toString('utf8'),
    fingerprints,
    fingerprint: (text) => fingerprints(text)[0],
  };
};

const deriveFingerprintKey = (key: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', 'simlane fingerprint', KEY_BYTES));

/** Lengths go with it, or ['a', 'bc'] and ['ab', 'c'] would be the same. */
const encodeAssociatedData = (parts: readonly string[]): Buffer => Buffer.from(JSON.stringify(parts));

const encrypt = (key: Buffer, plaintext: string | Uint8Array, associatedData: Buffer): Buffer => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(associatedData);
  const data = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
  return Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
};

const decrypt = (key: Buffer, sealed: Buffer, associatedData: Buffer): Buffer => {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new SealError('This is not a sealed text');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(associatedData)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SealError('The sealed text or what it belongs to was changed');
  }
};
