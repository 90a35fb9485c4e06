import { createHash, randomBytes } from 'node:crypto';
import type { QrFileFormat } from '@simlane/contracts/qr-code';
import { setDue } from '@simlane/service-kit/due';
import type { DueHandler } from '@simlane/service-kit/due-loop';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import type { Sealer } from '@simlane/service-kit/sealing';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import type { Database, Transaction } from '../database.ts';
import type { OriginalStore } from './original-store.ts';

export interface StoredFiles {
  readonly db: Database;
  readonly originals: OriginalStore;
  readonly sealer: Sealer;
}

/** The kind of due row that a file has until an import keeps it. */
export const UNKEPT_FILE = 'unkept_file';
/** Far longer than an import takes: what is not kept by then, nobody will keep. */
const KEPT_WITHIN_MS = 10 * 60 * 1000;
const KEY_BYTES = 24;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What a sealed file belongs to: under another row it does not open. */
const belongsTo = (accountId: string, fileId: string): string[] => [accountId, fileId, 'original'];

/**
 * Writes a file, sealed, under a random key that is written once. Its row is there before the object, so that what a
 * process leaves behind that dies here is found and removed. It stays only if {@link keepFile} follows.
 *
 * @returns the file's id
 * @throws UnavailableError where the store does not take it; the same file can be sent again
 */
export const writeFile = async (
  { db, originals, sealer }: StoredFiles,
  accountId: string,
  file: { readonly bytes: Uint8Array; readonly format: QrFileFormat },
): Promise<string> => {
  const id = uuidV7();
  const key = `qr-originals/${randomBytes(KEY_BYTES).toString('base64url')}`;
  const object = Buffer.from(sealer.seal(file.bytes, belongsTo(accountId, id)), 'utf8');
  await inAccount(db, accountId, async (tx) => {
    await tx
      .insertInto('stored_file')
      .values({
        account_id: accountId,
        id,
        object_key: key,
        state: 'writing',
        format: file.format,
        bytes: file.bytes.byteLength,
        sha256: sha256(file.bytes),
        object_sha256: sha256(object),
      })
      .execute();
    await setDue(tx, { kind: UNKEPT_FILE, id, accountId, dueAt: new Date(Date.now() + KEPT_WITHIN_MS) });
  });
  await originals.put(key, object);
  return id;
};

/** The file belongs to something from now on. To be called in the transaction that points to it. */
export const keepFile = async (tx: Transaction, accountId: string, id: string): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable('stored_file')
    .set({ state: 'stored' })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new Error('the file of an import was removed before the import had ended');
  await setDue(tx, { kind: UNKEPT_FILE, id, accountId, dueAt: null });
};

/** The file as it came. @throws SealError where object and row do not belong together */
export const readFile = async (
  { db, originals, sealer }: StoredFiles,
  accountId: string,
  id: string,
): Promise<{ bytes: Buffer; format: QrFileFormat }> => {
  const row = await readInAccount(db, accountId, (tx) =>
    tx
      .selectFrom('stored_file')
      .select(['object_key', 'format', 'sha256'])
      .where('account_id', '=', accountId)
      .where('id', '=', id)
      .where('state', '=', 'stored')
      .executeTakeFirst(),
  );
  if (row === undefined) throw new Error('a kept file has lost its row');
  const bytes = sealer.open((await originals.get(row.object_key)).toString('utf8'), belongsTo(accountId, id));
  if (sha256(bytes) !== row.sha256) throw new Error('a kept file is not what was imported');
  return { bytes, format: row.format };
};

/** Removes what no import has kept: the object first, then its row. */
export const createUnkeptFileHandler =
  ({ db, originals }: StoredFiles): DueHandler =>
  async ({ id, accountId }) => {
    const row = await readInAccount(db, accountId, (tx) =>
      tx
        .selectFrom('stored_file')
        .select(['object_key', 'state'])
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .executeTakeFirst(),
    );
    if (row?.state === 'writing') await originals.remove(row.object_key);
    await inAccount(db, accountId, async (tx) => {
      await tx
        .deleteFrom('stored_file')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where('state', '=', 'writing')
        .execute();
      await setDue(tx, { kind: UNKEPT_FILE, id, accountId, dueAt: null });
    });
  };
