import { signInAs } from '../local/sign-in.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { createSandboxControl } from '../provider-sandbox/control-client.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { findStories } from '../seed/stories.ts';
import type { DemoCast } from './demo-cast.ts';
import { createPublicApi } from './public-api.ts';
import { qrCodeStory } from './qr-code-story.ts';
import { replaceStory, rollBackStory, switchStory } from './stories.ts';
import { type StoryReport, tellStory } from './told-story.ts';

/** Tells the four stories on a stack that is up, one after the other, as its demo users. A failed one does not stop the next. */
export const tellStories = async (info: StackInfo, tell: (line: string) => void): Promise<StoryReport[]> => {
  const lines = findStories(exampleAccounts()[0]);
  const english = await castFor(info, 'manager', 'viewer');
  const french = await castFor(info, 'manager-fr', undefined);
  let newSimId: string | undefined;
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
  ];
};

export const allHeld = (stories: readonly StoryReport[]): boolean =>
  stories.every(({ steps }) => steps.length > 0 && steps.every(({ ok }) => ok));

const castFor = async (info: StackInfo, managerId: string, viewerId: string | undefined): Promise<DemoCast> => {
  const { services, sandbox, temporal, ses, demoUsers } = info;
  const manager = demoUsers.find(({ id }) => id === managerId);
  if (!manager) throw new Error(`There is no demo user ${managerId}`);
  const urls = {
    catalog: services.catalog.url,
    inventory: services.inventory.url,
    order: services.order.url,
    notification: services.notification.url,
  };
  const workflows = `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows`;
  return {
    manager: { name: manager.name, email: manager.email, language: manager.locale === 'fr' ? 'fr' : 'en' },
    api: createPublicApi(urls, await signInAs(info, managerId)),
    ...(viewerId === undefined ? {} : { viewer: createPublicApi(urls, await signInAs(info, viewerId)) }),
    sandbox: createSandboxControl({ url: sandbox.url, token: sandbox.controlToken }),
    mailboxUrl: ses.mailboxUrl,
    workflowPage: (workflowId) => `${workflows}/${encodeURIComponent(workflowId)}`,
  };
};
