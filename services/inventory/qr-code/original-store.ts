/** Where the originals of imported codes are kept: sealed objects under keys that are written once. */
export interface OriginalStore {
  /** @throws UnavailableError where the store does not take it; nothing is there then, or an object nobody points to */
  put(key: string, object: Buffer): Promise<void>;
  /** @throws UnavailableError also where the object is not there: that is an incident, not an answer */
  get(key: string): Promise<Buffer>;
  /** A repeat changes nothing. */
  remove(key: string): Promise<void>;
}
