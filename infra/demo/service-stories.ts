/** What a SIM may do: the three ways to change it, one change of many SIMs, and the first of the month. */
import { randomUUID } from 'node:crypto';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import type { Sim } from '@simlane/contracts/http/fleet';
import { type ServiceProfile, serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import { type ServiceChange, type SimServicesView, simServiceRoutes } from '@simlane/contracts/http/sim-services';
import { simServicesWorkflowId } from '@simlane/contracts/sim-services';
import type { ServiceCast } from './demo-cast.ts';
import type { ToldStory } from './told-story.ts';

const PAGE = 100;

/** A SIM, and the profiles that it is taken to. */
export interface ServedSim {
  readonly sim: Sim;
  readonly office: ServiceProfile;
  readonly travellers: ServiceProfile;
}

/** Migrate, edit and deviate, each shown before it is done. */
export const threeWaysStory = async (told: ToldStory, cast: ServiceCast): Promise<ServedSim | undefined> => {
  const served = await told.does({
    name: 'A SIM and the service profiles of its provider',
    expected: 'a SIM in use, the profiles Office and Travellers',
    act: () => findServedSim(cast),
    holds: ({ office, travellers }) => office.servicePackId === travellers.servicePackId,
    seen: ({ sim, office, travellers }) => `${sim.iccid}, ${office.name}, ${travellers.name}`,
  });
  await migrateBothWays(told, cast, served);
  await deviateAndBack(told, cast, served.sim.id);
  await editItsProfile(told, cast, served.sim.id);
  return served;
};

const findServedSim = async ({ api, administrator }: ServiceCast): Promise<ServedSim> => {
  const { items } = await api.call(serviceProfileRoutes.listServiceProfiles, { query: { limit: PAGE } });
  const sim = await findFreshSim(api);
  const own = items.filter(({ providerId }) => providerId === sim.providerId);
  const [office, travellers] = ['Office', 'Travellers'].map((name) => own.find((one) => one.name === name));
  if (office === undefined || travellers === undefined) throw new Error('there is no such SIM');
  // A profile of the story's own: it is edited, and nobody else is to follow it.
  const body = { name: `Office of ${sim.iccid}`, copyOf: office.id };
  return { sim, office: await administrator.call(serviceProfileRoutes.createServiceProfile, { body }), travellers };
};

/** One whose services nobody has changed: on kept data it is another one each time. */
const findFreshSim = async (api: ServiceCast['api']): Promise<Sim> => {
  const { items } = await api.call(inventoryRoutes.listSims, { query: { limit: PAGE, state: 'active' } });
  for (const sim of items) {
    if (sim.iccid === null || sim.changeInFlight !== null) continue;
    const { version } = await api.call(simServiceRoutes.getSimServices, { params: { id: sim.id } });
    if (version === 0) return sim;
  }
  throw new Error('The services of every SIM were changed; npm run reset gives the example data back');
};

const migrateBothWays = async (told: ToldStory, cast: ServiceCast, { sim, office, travellers }: ServedSim) => {
  const { api } = cast;
  const wish = (profile: ServiceProfile) => ({ kind: 'migrate', simId: sim.id, serviceProfileId: profile.id }) as const;
  const first = await told.does({
    name: `Migrate to ${office.name} (the recommended way)`,
    expected: 'a service change',
    act: () => api.call(simServiceRoutes.createServiceChange, { body: wish(office) }),
    holds: ({ kind }) => kind === 'migrate',
    seen: ({ state }) => state,
  });
  told.note(cast.workflowPage(simServicesWorkflowId(sim.id)));
  await seeOptionsInForce(told, cast, first);
  const preview = await told.does({
    name: `Preview of a migration to ${travellers.name}`,
    expected: 'options now, the rate plan on the first of a month, with its zone',
    act: () => api.call(simServiceRoutes.previewServiceChange, { body: wish(travellers) }),
    holds: ({ changes }) =>
      changes.now.options.length > 0 && changes.later?.ratePlan.effectiveOn.endsWith('-01') === true,
    seen: ({ changes }) =>
      `${changes.now.options.map(({ option, from, to }) => `${option} ${from} → ${to}`).join(', ')}; ` +
      `${changes.later?.ratePlan.ratePlan} from ${changes.later?.ratePlan.effectiveOn} (${changes.later?.ratePlan.zone})`,
  });
  const body = { ...wish(travellers), previewToken: preview.previewToken };
  const second = await told.does({
    name: 'It is carried out as it was shown',
    expected: 'the same changes',
    act: () => api.call(simServiceRoutes.createServiceChange, { body }),
    holds: ({ changes }) => JSON.stringify(changes.now) === JSON.stringify(preview.changes.now),
    seen: ({ state }) => state,
  });
  await told.sees({
    name: 'The provider has confirmed the options; the plan waits for its month',
    expected: 'scheduled',
    look: () => readChange(cast, second),
    holds: ({ state }) => state === 'scheduled',
    seen: ({ state }) => state,
  });
};

const deviateAndBack = async (told: ToldStory, cast: ServiceCast, simId: string) => {
  const { api } = cast;
  const wish = {
    kind: 'deviate',
    simId,
    options: { voicemail: 'off' },
    reason: 'A test of the answering machine',
    deviationKind: 'test',
  } as const;
  await told.does({
    name: 'Deviate one SIM: shown first',
    expected: 'marked as not recommended',
    act: () => api.call(simServiceRoutes.previewServiceChange, { body: wish }),
    holds: ({ notRecommended }) => notRecommended,
    seen: ({ notRecommended }) => (notRecommended ? 'not recommended' : 'recommended'),
  });
  await seeOptionsInForce(told, cast, await api.call(simServiceRoutes.createServiceChange, { body: wish }));
  await told.does({
    name: 'The SIM says why, and by whom',
    expected: 'its own value beside the one of the profile, and the reason',
    act: () => readServices(cast, simId),
    holds: ({ deviation, options }) =>
      deviation?.reason === wish.reason && options.some(({ own, profile }) => own === 'off' && profile === 'on'),
    seen: ({ deviation }) => `${deviation?.kind}: ${deviation?.reason}`,
  });
  const back = await api.call(simServiceRoutes.createServiceChange, { body: { kind: 'reattach', simId } });
  await seeOptionsInForce(told, cast, back);
  await told.does({
    name: 'One call brings it back',
    expected: 'no deviation, and the plan still scheduled',
    act: () => readServices(cast, simId),
    holds: ({ deviation, ratePlan }) => deviation === null && ratePlan.scheduled !== null,
    seen: ({ serviceProfile }) => `follows version ${serviceProfile?.version} of its profile`,
  });
};

const editItsProfile = async (told: ToldStory, cast: ServiceCast, simId: string) => {
  const { administrator } = cast;
  const { serviceProfile } = await readServices(cast, simId);
  const copyOf = serviceProfile?.id ?? '';
  // A copy that this SIM alone is on, so that the edit is of one SIM and a repeat of the demo finds Travellers as it was.
  const body = {
    kind: 'migrate',
    simId,
    newProfile: { copyOf, name: `Travellers, one of them ${randomUUID()}` },
  } as const;
  const moved = await told.does({
    name: 'A profile is copied and migrated to by one call',
    expected: 'another profile, with the same plan still scheduled',
    act: async () => {
      await administrator.call(simServiceRoutes.createServiceChange, { body });
      return readServices(cast, simId);
    },
    holds: ({ serviceProfile: now, ratePlan }) => now?.id !== copyOf && ratePlan.scheduled !== null,
    seen: ({ ratePlan }) => `${ratePlan.scheduled?.ratePlan} from ${ratePlan.scheduled?.effectiveOn}`,
  });
  const wish = {
    kind: 'edit_profile',
    serviceProfileId: moved.serviceProfile?.id ?? '',
    options: { sms: 'off' },
  } as const;
  const preview = await told.does({
    name: 'Edit the profile: shown first',
    expected: 'what changes, of how many SIMs, and that no other SIM is on it',
    act: () => administrator.call(simServiceRoutes.previewServiceChange, { body: wish }),
    holds: ({ rollout }) => rollout?.sims === 1 && rollout.noOtherSim === true,
    seen: ({ rollout }) =>
      `${rollout?.sims} SIM: ${rollout?.options.map(({ option, to, sims }) => `${option} → ${to} (${sims})`).join(', ')}`,
  });
  const edited = await administrator.call(simServiceRoutes.createServiceChange, {
    body: { ...wish, previewToken: preview.previewToken },
  });
  await seeOptionsInForce(told, cast, edited);
  await told.does({
    name: 'The SIM follows the new version',
    expected: 'version 2, and the option in force',
    act: () => readServices(cast, simId),
    holds: (view) => view.serviceProfile?.version === 2 && confirmedOf(view, 'sms') === 'off',
    seen: (view) => `version ${view.serviceProfile?.version}, sms ${confirmedOf(view, 'sms')}`,
  });
};

/** The calendar is moved on: the plan that was scheduled is sent and confirmed. */
export const firstOfMonthStory = async (told: ToldStory, cast: ServiceCast, served: ServedSim | undefined) => {
  if (served === undefined) throw new Error('the SIM of the three ways is not known');
  const { ratePlan } = await told.does({
    name: 'A rate plan is scheduled',
    expected: 'for the first of a month',
    act: () => readServices(cast, served.sim.id),
    holds: (view) => view.ratePlan.scheduled !== null,
    seen: (view) =>
      `${view.ratePlan.confirmed} now, ${view.ratePlan.scheduled?.ratePlan} from ${view.ratePlan.scheduled?.at}`,
  });
  const at = new Date(ratePlan.scheduled?.at ?? 0);
  cast.moveCalendarTo(at);
  told.note(`the stack's calendar of services is moved to ${at.toISOString()}`);
  await told.sees({
    name: 'The new plan is in force',
    expected: `${ratePlan.scheduled?.ratePlan} confirmed by the provider, nothing scheduled`,
    look: () => readServices(cast, served.sim.id),
    holds: (view) => view.ratePlan.confirmed === ratePlan.scheduled?.ratePlan && view.ratePlan.scheduled === null,
    seen: (view) => `${view.ratePlan.confirmed}`,
  });
  await told.does({
    name: 'Nothing differs any more',
    expected: 'every option confirmed as it is wanted, the plan the profile’s',
    act: () => readServices(cast, served.sim.id),
    holds: ({ planDiffers, options }) =>
      !planDiffers && options.every(({ pending, failed }) => pending === null && failed === null),
    seen: ({ options }) => options.map(({ option, confirmed }) => `${option} ${confirmed}`).join(', '),
  });
};

const seeOptionsInForce = (told: ToldStory, cast: ServiceCast, change: ServiceChange): Promise<ServiceChange> =>
  told.sees({
    name: `The provider has confirmed it (${change.kind})`,
    expected: 'done, or scheduled where only the plan is to come',
    look: () => readChange(cast, change),
    holds: ({ state }) => state === 'done' || state === 'scheduled',
    seen: ({ state }) => state,
  });

const readChange = ({ api }: ServiceCast, { id }: ServiceChange): Promise<ServiceChange> =>
  api.call(simServiceRoutes.getServiceChange, { params: { id } });

const readServices = ({ api }: ServiceCast, id: string): Promise<SimServicesView> =>
  api.call(simServiceRoutes.getSimServices, { params: { id } });

const confirmedOf = ({ options }: SimServicesView, code: string): string | null =>
  options.find(({ option }) => option === code)?.confirmed ?? null;
