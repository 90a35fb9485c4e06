/** What the preview of a rollout has seen, handed out with it and compared when it is carried out. It gives no rights. */
import { bodyHash } from '@simlane/service-kit/body-hash';
import { invalidRequest, ProblemError } from '@simlane/service-kit/problem';
import { parseJsonOrNothing } from '@simlane/service-kit/bounded-answer';
import { z } from 'zod';

export interface SeenByPreview {
  /** What was asked for, without the token and what was accepted. */
  readonly wish: unknown;
  /** The version of the profile that is edited or migrated to. */
  readonly profileVersion: number | null;
  /** Of a re-attachment: the profiles that SIMs are brought back to, by id, in the versions that they get. */
  readonly backTo: Readonly<Record<string, number>>;
  readonly sims: number;
  /** Which they are. */
  readonly members: string;
  readonly deviations: number;
  readonly unusable: number;
  readonly effectiveOn: string | null;
}

const tokenSchema = z.strictObject({
  wish: z.string(),
  profileVersion: z.int().nullable(),
  backTo: z.string(),
  sims: z.int(),
  members: z.string(),
  deviations: z.int(),
  unusable: z.int(),
  effectiveOn: z.string().nullable(),
});
type Token = z.output<typeof tokenSchema>;

/** Long enough to tell one from another; nobody gains anything by a collision. */
const HASH_DIGITS = 16;

const shortHash = (of: unknown): string => bodyHash(of).slice(0, HASH_DIGITS);

const tokenOf = ({ wish, backTo, ...seen }: SeenByPreview): Token => ({
  ...seen,
  wish: shortHash(wish),
  backTo: shortHash(backTo),
});

export const encodeRolloutToken = (seen: SeenByPreview): string =>
  Buffer.from(JSON.stringify(tokenOf(seen))).toString('base64url');

/** @throws ProblemError `invalid_request` for a token that is none */
export const readRolloutToken = (token: string): Token => {
  const parsed = tokenSchema.safeParse(parseJsonOrNothing(Buffer.from(token, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw invalidRequest([{ pointer: '/previewToken', detail: 'Is none that a preview gave out' }]);
};

/** @throws ProblemError `preview_stale` with what has changed */
export const requireSeen = (token: string, seen: SeenByPreview): void => {
  const then = readRolloutToken(token);
  const now = tokenOf(seen);
  const changed = [
    ...(then.wish === now.wish ? [] : ['The preview was of another change']),
    ...differs('The service profile is in version', then.profileVersion, now.profileVersion),
    ...(then.backTo === now.backTo ? [] : ['A profile that SIMs are brought back to is another, or was edited']),
    ...differs('The SIMs that would be changed are', then.sims, now.sims),
    ...(then.sims !== now.sims || then.members === now.members
      ? []
      : ['The SIMs that would be changed are others, as many as before']),
    ...differs('The SIMs that deviate are', then.deviations, now.deviations),
    ...differs('What cannot be used is', then.unusable, now.unusable),
    ...differs('The plan would change on', then.effectiveOn, now.effectiveOn),
  ];
  if (changed.length === 0) return;
  throw new ProblemError('preview_stale', changed.join('. '), {
    fix: 'Preview the change again, and carry that out',
    errors: changed.map((detail) => ({ pointer: '/previewToken', detail })),
  });
};

const differs = (what: string, then: number | string | null, now: number | string | null): string[] =>
  then === now ? [] : [`${what} ${now ?? 'none'}, and was ${then ?? 'none'}`];
