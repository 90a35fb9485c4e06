/** The pages on a server as inventory serves them, with answers in hand; and browsers that report what they should not do. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { TOKEN, uploadModel, UPLOAD_STATES } from './link-pages.fixture.ts';
import { PAGE_HEADERS } from './page.ts';
import { PAGE_ASSETS } from './page-assets.ts';
import { uploadPage, uploadPagePaths, type UploadState } from './upload-page.ts';

/** What the server got through the form. */
export interface Received {
  readonly file: { readonly name: string; readonly bytes: number } | null;
  readonly activationCode: string;
  readonly confirmationCodeRequired: boolean;
}

export interface PageServer {
  readonly origin: string;
  /** Of the page of an upload link. */
  readonly uploadUrl: string;
  /** The URL at which this markup is served. */
  serve(markup: string): string;
  /** How the next thing that is sent is answered; `hang up`: the connection breaks. */
  answer: UploadState | 'hang up' | 'a page of somebody else';
  /** What was sent is answered when this has resolved. */
  answerAfter: Promise<void>;
  readonly received: Received[];
  notifications: number;
  stop(): Promise<void>;
}

export const startPageServer = async (): Promise<PageServer> => {
  const app = Fastify({ bodyLimit: 10 * 1024 * 1024 });
  const paths = uploadPagePaths(TOKEN);
  let served = '';
  const state = (is: UploadState): string => uploadPage(uploadModel('en', is));
  const ready: UploadState = { is: 'ready' };

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const { path, body, headers } of PAGE_ASSETS)
    app.get(path, (_request, reply) => reply.headers(headers).send(body));
  app.get('/inventory/v1/served', (_request, reply) => reply.headers(PAGE_HEADERS).send(served));
  app.get(paths.page, (_request, reply) => reply.headers(PAGE_HEADERS).send(state(ready)));
  app.post(paths.page, async (request, reply) => {
    const type = request.headers['content-type'] ?? '';
    const form = await new Response(request.body as Buffer<ArrayBuffer>, {
      headers: { 'content-type': type },
    }).formData();
    const file = form.get('file');
    const typed = form.get('activationCode');
    server.received.push({
      // Browsers send an empty file where none was chosen.
      file: file instanceof File && file.size > 0 ? { name: file.name, bytes: file.size } : null,
      activationCode: typeof typed === 'string' ? typed : '',
      confirmationCodeRequired: form.get('confirmationCodeRequired') === 'true',
    });
    await server.answerAfter;
    const { answer } = server;
    if (answer === 'hang up') return reply.hijack().raw.destroy();
    if (answer === 'a page of somebody else') return reply.status(502).type('text/html').send('<h1>Bad gateway</h1>');
    return reply
      .status(answer.is === 'refused' ? 422 : 200)
      .headers(PAGE_HEADERS)
      .send(state(answer));
  });
  app.post(paths.notification, (_request, reply) => {
    server.notifications += 1;
    return reply.headers(PAGE_HEADERS).send(state(UPLOAD_STATES['notified'] ?? ready));
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  const server: PageServer = {
    origin,
    uploadUrl: origin + paths.page,
    serve: (markup) => {
      served = markup;
      return `${origin}/inventory/v1/served`;
    },
    answer: ready,
    answerAfter: Promise.resolve(),
    received: [],
    notifications: 0,
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
  return server;
};

export interface WatchedPage {
  readonly page: Page;
  /** Rejects if the page has asked another server for anything, broken its policy, or had an error in its script. */
  readonly close: () => Promise<void>;
}

export const openWatchedPage = async (
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> => {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) wrongs.push(`request to ${url}`);
  });
  page.on('pageerror', (error) => wrongs.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself notes each answer of 400 and above.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      wrongs.push(message.text());
  });
  await page.exposeFunction('reportViolation', (directive: string) => wrongs.push(`policy: ${directive}`));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => reportViolation(event.violatedDirective))`,
  );
  return {
    page,
    close: async () => {
      await context.close();
      if (wrongs.length > 0) throw new Error(`The page has done what it should not:\n${wrongs.join('\n')}`);
    },
  };
};
