/** What inventory asks the catalog before a SIM is migrated: the profiles there are, and one that is to be made. */
import { z } from 'zod';
import { idSchema, pageOf, pageQuery } from './primitives.ts';
import { internalRoute } from './route.ts';
import { newServiceProfileSchema, serviceProfileInternalRoutes, serviceProfileSchema } from './service-profiles.ts';

export const serviceProfileChoiceRoutes = {
  listServiceProfiles: internalRoute({
    method: 'GET',
    path: '/internal/service-profiles',
    summary: 'The unarchived profiles of a provider, each with the code of its plan',
    callers: ['inventory'],
    query: z.object({ ...pageQuery, providerId: idSchema }),
    status: 200,
    answer: pageOf(z.object({ profile: serviceProfileSchema, ratePlanCode: z.string() })),
    problems: ['invalid_cursor'],
  }),
  draftServiceProfile: internalRoute({
    method: 'PUT',
    path: '/internal/service-profile-drafts/:id',
    summary: 'The profile that would be made under this id, in version 1, or why it cannot be. Makes nothing',
    callers: ['inventory'],
    params: z.object({ id: idSchema }),
    body: z.object({ newProfile: newServiceProfileSchema }),
    status: 200,
    answer: serviceProfileInternalRoutes.getServiceProfile.answer,
    problems: ['not_found', 'archived', 'profile_invalid'],
  }),
} as const;
