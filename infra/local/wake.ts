/**
 * `npm run wake`: makes everything that is owed due now, in the running stack, or in the databases of another
 * installation: `WAKE_DATABASE_URLS`, one of each service that owes something, separated by commas.
 */
import { type DueDatabase, wakeAll } from '@simlane/service-kit/due';
import { createDatabase, createPool } from '@simlane/service-kit/postgres';
import { SERVICES } from './secrets.ts';
import { readRunningStack } from './stack-info.ts';
import { defaultStateFolder } from './state-folder.ts';
import { sayAside } from './terminal.ts';

const UNDEFINED_TABLE = '42P01';

const urls = databaseUrls();
if (urls.length === 0) {
  fail(
    'The stack is not up. Start it in another terminal (npm start), or name the databases of another installation: ' +
      'WAKE_DATABASE_URLS=postgresql://…,postgresql://… npm run wake',
  );
}
for (const url of urls) await wake(url).catch((error: Error) => fail(`${nameOf(url)}: ${error.message}`));

function databaseUrls(): string[] {
  const given = process.env.WAKE_DATABASE_URLS?.split(',').map((url) => url.trim());
  if (given !== undefined) return given.filter((url) => url !== '');
  const stack = readRunningStack(defaultStateFolder);
  return stack ? SERVICES.map((name) => stack.databases[name].app) : [];
}

async function wake(url: string): Promise<void> {
  const db = createDatabase<DueDatabase>(createPool({ url, name: 'wake' }));
  try {
    process.stdout.write(`${nameOf(url)}: ${await wakeAll(db)} due now\n`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error;
    process.stdout.write(`${nameOf(url)}: owes nothing to anybody\n`);
  } finally {
    await db.destroy();
  }
}

/** Of the database: the rest of the URL holds its password. */
function nameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.slice(1) : 'a URL that is none';
}

function fail(message: string): void {
  sayAside(message);
  process.exitCode = 1;
}
