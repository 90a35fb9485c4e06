import { moveDueClock } from '../local/due-clock.ts';
import { signInAs } from '../local/sign-in.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { findStories } from '../seed/stories.ts';
import type { DemoCast, ServiceCast } from './demo-cast.ts';
import { createPublicApi, type PublicApi, publicUrls } from './public-api.ts';
import { qrCodeStory } from './qr-code-story.ts';
import { rolloutStory } from './rollout-story.ts';
import { firstOfMonthStory, type ServedSim, threeWaysStory } from './service-stories.ts';
import { replaceStory, rollBackStory, switchStory } from './stories.ts';
import { type StoryReport, tellStory } from './told-story.ts';

/** At the pace of a provider, 200 SIMs take a while. */
const MANY_SEEN_WITHIN_MS = 120_000;

/** Tells the seven stories on a stack that is up, one after the other, as its demo users. A failed one does not stop the next. */
export const tellStories = async (info: StackInfo, tell: (line: string) => void): Promise<StoryReport[]> => {
  const lines = findStories(exampleAccounts()[0]);
  const english = await castFor(info, 'manager', 'viewer');
  const french = await castFor(info, 'manager-fr', undefined);
  const withServices: ServiceCast = {
    ...english,
    administrator: await apiOf(info, 'administrator'),
    moveCalendarTo: (at) => moveDueClock(info, at),
  };
  let newSimId: string | undefined;
  let served: ServedSim | undefined;
  return [
    await tellStory('1. A physical SIM becomes an eSIM', tell, async (told) => {
      newSimId = await switchStory(told, english, lines.switchLine);
    }),
    await tellStory('2. The provider cancels, and all is as before', tell, (told) =>
      rollBackStory(told, english, lines.rollbackLine),
    ),
    await tellStory('3. An eSIM is replaced by another', tell, (told) => replaceStory(told, french)),
    await tellStory('4. The eSIM of the first story gets its QR code', tell, (told) =>
      qrCodeStory(told, english, newSimId),
    ),
    await tellStory('5. What a SIM may do, changed in three ways', tell, async (told) => {
      served = await threeWaysStory(told, withServices);
    }),
    await tellStory(
      '6. A rollout over 200 SIMs, whose canary fails and is retried',
      tell,
      (told) => rolloutStory(told, withServices),
      MANY_SEEN_WITHIN_MS,
    ),
    await tellStory('7. The first of the month', tell, (told) => firstOfMonthStory(told, withServices, served)),
  ];
};

export const allHeld = (stories: readonly StoryReport[]): boolean =>
  stories.every(({ steps }) => steps.length > 0 && steps.every(({ ok }) => ok));

const castFor = async (info: StackInfo, managerId: string, viewerId: string | undefined): Promise<DemoCast> => {
  const { sandbox, temporal, ses, demoUsers } = info;
  const manager = demoUsers.find(({ id }) => id === managerId);
  if (!manager) throw new Error(`There is no demo user ${managerId}`);
  const workflows = `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows`;
  return {
    manager: { name: manager.name, email: manager.email, language: manager.locale === 'fr' ? 'fr' : 'en' },
    api: await apiOf(info, managerId),
    ...(viewerId === undefined ? {} : { viewer: await apiOf(info, viewerId) }),
    sandbox: createSandboxControl({ url: sandbox.url, token: sandbox.controlToken }),
    mailboxUrl: ses.mailboxUrl,
    workflowPage: (workflowId) => `${workflows}/${encodeURIComponent(workflowId)}`,
  };
};

const apiOf = async (info: StackInfo, userId: string): Promise<PublicApi> =>
  createPublicApi(publicUrls(info), await signInAs(info, userId));
