/** Everything that a stack keeps or says, to be searched for what it must not hold. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { connectTemporal } from '@simlane/service-kit/temporal';
import { Client } from 'pg';
import { bucketObjects } from '../audit/bucket.ts';
import { readMails } from '../demo/mailbox.ts';
import { readQrCode } from '../demo/qr-code-file.ts';
import { SERVICES } from '../local/secrets.ts';
import { readRunningStack, type StackInfo } from '../local/stack-info.ts';

/** One thing that is kept: a row, an object, an event, a log, a mail. */
export interface Place {
  readonly where: string;
  readonly bytes: Uint8Array;
}

/** Where secrets were found; each place once. Texts in it in plain, hexadecimal, Base64 or URLs, and as QR codes in pictures. */
export const leaksIn = async (
  places: AsyncIterable<Place> | Iterable<Place>,
  secrets: readonly string[],
): Promise<string[]> => {
  const found: string[] = [];
  const forms = secrets.flatMap(formsOf);
  for await (const { where, bytes } of places) {
    const text = Buffer.from(bytes).toString('latin1');
    const texts = [text, ...(await readPictures(bytes, text))];
    if (texts.some((one) => forms.some((isIn) => isIn(one)))) found.push(where);
  }
  return found;
};

/** How a secret can stand within a text. */
const formsOf = (secret: string): ((text: string) => boolean)[] => {
  const bytes = Buffer.from(secret);
  const inLowerCase = [secret.toLowerCase(), bytes.toString('hex')];
  const encoded = [0, 1, 2].map((before) => new RegExp(base64Of(bytes, before)));
  return [
    (text) => inLowerCase.some((form) => text.toLowerCase().includes(form)),
    (text) => encoded.some((form) => form.test(text)),
  ];
};

const BYTES_IN_GROUP = 3;
const LETTERS_IN_GROUP = 4;

/** The letters of Base64 that depend on nothing but these bytes, where so many others of their group stand before them. */
const base64Of = (bytes: Buffer, before: number): string => {
  const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
  const from = before === 0 ? 0 : LETTERS_IN_GROUP;
  const to = Math.floor((before + bytes.length) / BYTES_IN_GROUP) * LETTERS_IN_GROUP;
  return letters.slice(from, to).replaceAll(/[-_]/g, (letter) => BASE64_LETTERS[letter] ?? letter);
};

/** Base64 has two alphabets. */
const BASE64_LETTERS: Readonly<Record<string, string>> = { '-': '[-+]', _: '[_/]' };

const PICTURE_IN_TEXT = /data:image\/[\w+.-]+;base64,([\w+/=-]+)/g;
/** How files of the accepted formats begin, and other pictures. */
const PICTURE = /^(?:\u{89}PNG|\u{ff}\u{d8}\u{ff}|II\*|MM[^*]\*|RIFF|GIF8|\s*<(?:\?xml|svg))/u;

/** What QR codes in it say: of the bytes, if they are a picture, and of pictures within a text. */
const readPictures = async (bytes: Uint8Array, text: string): Promise<string[]> => {
  const pictures = [
    ...(PICTURE.test(text) ? [bytes] : []),
    ...Array.from(text.matchAll(PICTURE_IN_TEXT), ([, encoded = '']) => Buffer.from(encoded, 'base64')),
  ];
  const read = await Promise.all(pictures.map((picture) => readQrCode(picture).catch(() => '')));
  return read.filter((one) => one !== '');
};

const FILE = /^(?:%PDF|\u{feff}?\s*<)/u;

/** Objects in the bucket that are not sealed: they begin as a file does that people send. */
export const unsealedIn = async (stack: StackInfo): Promise<string[]> => {
  const found: string[] = [];
  for await (const { where, bytes } of objectsOf(stack)) {
    const beginning = Buffer.from(bytes.subarray(0, 100)).toString('latin1');
    if (PICTURE.test(beginning) || FILE.test(beginning)) found.push(where);
  }
  return found;
};

/** Everything that the stack keeps or says but its mails. */
export async function* everythingKept(stack: StackInfo): AsyncGenerator<Place> {
  yield* rowsOf(stack);
  yield* objectsOf(stack);
  yield* historiesOf(stack);
  yield* logsOf(stack);
}

async function* rowsOf(stack: StackInfo): AsyncGenerator<Place> {
  for (const service of SERVICES) {
    const client = new Client({
      connectionString: stack.postgres.adminUrl.replace(/\/postgres$/, `/simlane_${service}`),
    });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
          where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
      );
      for (const { name } of tables) {
        // A row as text: every column, binary ones as hexadecimal digits.
        const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
        const text = rows.map(({ row }) => row).join('\n');
        yield { where: `${service}: ${name}`, bytes: Buffer.from(text) };
      }
    } finally {
      await client.end();
    }
  }
}

async function* objectsOf({ s3 }: StackInfo): AsyncGenerator<Place> {
  for await (const { key, bytes } of bucketObjects(s3)) yield { where: `object ${key}`, bytes };
}

async function* historiesOf({ temporal }: StackInfo): AsyncGenerator<Place> {
  const { client, close } = connectTemporal(temporal);
  try {
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      yield { where: `workflow ${workflowId}`, bytes: Buffer.from(textsIn(history).join('\n')) };
    }
  } finally {
    await close();
  }
}

/** Every text in an event, what payloads hold among them. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
};

/** The provider's side is not ours: it knows the codes that it gives. */
const NOT_OURS = new Set(['sandbox.log']);

async function* logsOf(stack: StackInfo): AsyncGenerator<Place> {
  const folder = logFolderOf(stack);
  for (const name of await readdir(folder)) {
    if (!NOT_OURS.has(name)) yield { where: `log ${name}`, bytes: await readFile(path.join(folder, name)) };
  }
}

export const logFolderOf = ({ stateFolder }: StackInfo): string => {
  const { logFile } = readRunningStack(stateFolder)?.processes.inventory ?? {};
  if (logFile === undefined) throw new Error('inventory does not run');
  return path.dirname(logFile);
};

/** Every mail, with whom it went to. */
export async function* mailsOf({ ses }: StackInfo): AsyncGenerator<Place> {
  for (const { id, to, subject, body } of await readMails(ses.mailboxUrl)) {
    yield { where: `mail ${id} to ${to.join()}`, bytes: Buffer.from([subject, body.text, body.html].join('\n')) };
  }
}
