/** What a preview has seen, handed out with it and compared when the change is carried out. It gives no rights. */
import type { ServiceWish } from '@simlane/contracts/http/sim-services';
import { bodyHash } from '@simlane/service-kit/body-hash';
import { invalidRequest, ProblemError } from '@simlane/service-kit/problem';
import { z } from 'zod';
import type { ProfileContent, SimServices } from './sim-services.ts';

export interface Seen {
  readonly wish: ServiceWish;
  /** Of the SIM's services. */
  readonly version: number;
  readonly profile: ProfileContent;
  readonly after: SimServices;
}

const tokenSchema = z.strictObject({
  wish: z.string(),
  services: z.int(),
  profile: z.int(),
  content: z.string(),
  effectiveOn: z.string().nullable(),
});
type Token = z.output<typeof tokenSchema>;

/** Long enough to tell one from another; nobody gains anything by a collision. */
const HASH_DIGITS = 16;
const shortHash = (value: unknown): string => bodyHash(value).slice(0, HASH_DIGITS);

const tokenOf = ({ wish: { previewToken: _token, ...wish }, version, profile, after }: Seen): Token => ({
  wish: shortHash(wish),
  services: version,
  profile: profile.version,
  content: shortHash({ options: profile.options, plan: profile.plan }),
  effectiveOn: after.scheduled?.effectiveOn ?? null,
});

export const encodePreviewToken = (seen: Seen): string =>
  Buffer.from(JSON.stringify(tokenOf(seen))).toString('base64url');

/** @throws ProblemError `preview_stale` with what has changed; `invalid_request` for a token that is none */
export const requireFresh = (seen: Seen): void => {
  const { previewToken } = seen.wish;
  if (previewToken === undefined) return;
  const then = decode(previewToken);
  const now = tokenOf(seen);
  const changed = [
    ...(then.wish === now.wish ? [] : ['The preview was of another change']),
    ...(then.services === now.services
      ? []
      : [`The SIM's services are in version ${now.services}, and were in ${then.services}`]),
    ...(then.profile === now.profile && then.content === now.content
      ? []
      : [`The service profile is in version ${now.profile}, and was in ${then.profile}, or holds other values`]),
    ...(then.effectiveOn === now.effectiveOn
      ? []
      : [`The plan would change on ${now.effectiveOn ?? 'no date'}, and would have on ${then.effectiveOn ?? 'none'}`]),
  ];
  if (changed.length === 0) return;
  throw new ProblemError('preview_stale', changed.join('. '), {
    fix: 'Preview the change again, and carry that out',
    errors: changed.map((detail) => ({ pointer: '/previewToken', detail })),
  });
};

const decode = (token: string): Token => {
  const parsed = tokenSchema.safeParse(readJson(Buffer.from(token, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw invalidRequest([{ pointer: '/previewToken', detail: 'Is none that a preview gave out' }]);
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
