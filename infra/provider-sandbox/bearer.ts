import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether the Authorization header carries this bearer credential; takes as long whether it does or not. */
export const carriesBearer = (authorization: string | undefined, expected: string): boolean => {
  const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
};
