import { ProblemError } from '@simlane/service-kit/problem';
import type { EditFault } from './service-pack.ts';

/** @throws ProblemError `stale_version` where the caller has read another version than the one there is */
export const requireVersion = (current: number, seen: number): void => {
  if (seen === current) return;
  throw staleVersion(`This is version ${current} by now, and the request is about ${seen}`);
};

export const staleVersion = (detail: string): ProblemError =>
  new ProblemError('stale_version', detail, {
    fix: 'Read it again, and repeat the request if it is still what you want',
  });

/** @throws ProblemError `archived` */
export const requireUnarchived = (
  what: string,
  { name, archivedAt }: { name: string; archivedAt: string | null },
): void => {
  if (archivedAt === null) return;
  throw new ProblemError('archived', `The ${what} “${name}” is archived and takes nothing new`, {
    fix: `Take another ${what}, or make one`,
  });
};

/** More would make an answer that nobody reads. */
const MOST_NAMED = 20;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** By name and id, the first of them where there are many. */
const list = (profiles: readonly Named[]): string => {
  const some = profiles.slice(0, MOST_NAMED).map(({ id, name }) => `“${name}” (${id})`);
  const more = profiles.length - some.length;
  return more > 0 ? `${some.join(', ')} and ${more} more` : some.join(', ');
};

/** What an archival is refused with. */
export const inUse = (what: string, { name }: Named, profiles: readonly Named[]): ProblemError =>
  new ProblemError('used_by_profiles', `The ${what} “${name}” is that of the service profiles ${list(profiles)}`, {
    fix: 'Migrate the SIMs of these profiles to others and archive the profiles, then try again',
  });

/** What another code for a plan is refused with. */
export const codeInUse = ({ name }: Named, profiles: readonly Named[]): ProblemError =>
  new ProblemError(
    'used_by_profiles',
    `Another code would change the rate plan of the service profiles ${list(profiles)}, which have “${name}”`,
    {
      fix: 'Make another rate plan with that code, and migrate the SIMs to profiles that have it',
      errors: [{ pointer: '/code', detail: 'Is what these profiles hold' }],
    },
  );

/** What an edit of a pack is refused with. */
export const editRefused = ({ name }: Named, faults: readonly EditFault[]): ProblemError => {
  const profiles = new Map(faults.map(({ profile }) => [profile.id, profile]));
  return new ProblemError(
    'used_by_profiles',
    `The edit of “${name}” would change what these service profiles hold: ${list([...profiles.values()])}`,
    {
      fix: 'Edit the options of these profiles by a service change first, or make another service pack and migrate to it',
      errors: faults.slice(0, MOST_NAMED).map(({ profile, detail }) => ({
        pointer: '/options',
        detail: `“${profile.name}” (${profile.id}): ${detail}`,
      })),
    },
  );
};
