import { z } from 'zod';

/** The keys are not written as they should be; the message says what is wrong, and never holds a key. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';
}

/** AES-256 and HMAC-SHA-256 take keys of this length. */
export const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Keys of one purpose by id, in their order: the first is the current one, the others are older and still understood.
 *
 * @param keys `id:base64,id2:base64`, 32 bytes each
 * @throws KeyRingError
 */
export const parseKeyRing = (keys: string): ReadonlyMap<string, Buffer> => {
  const ring = new Map<string, Buffer>();
  for (const entry of keys.split(',')) {
    const separator = entry.indexOf(':');
    const id = entry.slice(0, Math.max(separator, 0)).trim();
    const key = Buffer.from(entry.slice(separator + 1).trim(), 'base64');
    if (!KEY_ID.test(id)) throw new KeyRingError('A key has the form id:base64');
    if (key.length !== KEY_BYTES) throw new KeyRingError(`The key ${id} is not ${KEY_BYTES} bytes of base64`);
    if (ring.has(id)) throw new KeyRingError(`The key ${id} is there twice`);
    ring.set(id, key);
  }
  return ring;
};

const isKeyRing = (keys: string): boolean => {
  try {
    parseKeyRing(keys);
    return true;
  } catch {
    return false;
  }
};

/** An environment variable that holds a key ring. */
export const keyRingVariable = z
  .string()
  .refine(isKeyRing, `id:base64 of ${KEY_BYTES} bytes, several separated by commas`);
