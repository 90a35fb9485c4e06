import { LINK_EXPIRES_AFTER } from '@simlane/contracts/qr-code';
import { durationMs } from '@simlane/contracts/duration';
import { ProblemError } from '@simlane/service-kit/problem';

/** A mailed link as it is kept: its token is made when it is needed, and stored nowhere. */
export interface StoredLink {
  readonly id: string;
  readonly purpose: 'qr_upload' | 'qr_download';
  readonly requestId: string | null;
  readonly sending: number | null;
  readonly contactId: string | null;
  readonly qrCodeId: string | null;
  readonly sentTo: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly uses: number;
  readonly lastUsedAt: Date | null;
}

export const linkExpiry = (now: Date): Date => new Date(now.getTime() + durationMs(LINK_EXPIRES_AFTER));

/** One answer for all dead links, whatever they were: who guesses learns nothing. */
export const linkDead = (): ProblemError =>
  new ProblemError(
    'link_dead',
    'This link no longer works: it has expired, was replaced by a newer one, or what it was for is done',
    {
      fix: 'Ask whoever sent it for a new one',
    },
  );

/** Of itself; what it points at has to be current too. */
export const isUsable = ({ expiresAt, revokedAt }: StoredLink, now: Date): boolean =>
  revokedAt === null && expiresAt > now;

/** An address that the reader may recognise and cannot learn: `n•••@example.com`. */
export const maskedEmail = (email: string): string => {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, Math.min(1, at))}•••${email.slice(at)}`;
};
