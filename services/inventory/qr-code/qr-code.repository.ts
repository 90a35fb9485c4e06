import type { QrCodeSource, QrCodeState, QrFileFormat } from '@simlane/contracts/qr-code';
import { toPage } from '@simlane/service-kit/pages';
import type { QrCodeTable, StoredWarning, Transaction } from '../database.ts';
import type { PageOfNewest } from '../fleet/page.ts';
import type { Selectable } from 'kysely';

/** A code of a SIM. The activation code itself is sealed. */
export interface StoredQrCode {
  readonly id: string;
  readonly simId: string;
  readonly state: QrCodeState;
  readonly source: QrCodeSource;
  readonly sealed: string;
  readonly fingerprint: string;
  readonly smdpAddress: string;
  readonly lastFour: string;
  readonly confirmationCodeRequired: boolean;
  readonly warnings: readonly StoredWarning[];
  readonly fileId: string | null;
  readonly fileFormat: QrFileFormat | null;
  readonly requestId: string | null;
  readonly linkId: string | null;
  readonly factId: string | null;
  readonly importedBy: string;
  readonly importedByName: string | null;
  readonly importedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly refusal: string | null;
  readonly refusalMailed: boolean;
  readonly endedAt: Date | null;
}

type Row = Selectable<QrCodeTable> & { file_format: QrFileFormat | null };

const toQrCode = (row: Row): StoredQrCode => ({
  id: row.id,
  simId: row.sim_id,
  state: row.state,
  source: row.source,
  sealed: row.code_sealed,
  fingerprint: row.code_fingerprint,
  smdpAddress: row.smdp_address,
  lastFour: row.last_four,
  confirmationCodeRequired: row.confirmation_code_required,
  warnings: row.warnings,
  fileId: row.file_id,
  fileFormat: row.file_format,
  requestId: row.request_id,
  linkId: row.link_id,
  factId: row.fact_id,
  importedBy: row.imported_by,
  importedByName: row.imported_by_name,
  importedAt: row.imported_at,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  refusal: row.refusal,
  refusalMailed: row.refusal_mailed,
  endedAt: row.ended_at,
});

const selectCodes = (tx: Transaction, accountId: string) =>
  tx
    .selectFrom('qr_code as c')
    .leftJoin('stored_file as f', (join) =>
      join.onRef('f.account_id', '=', 'c.account_id').onRef('f.id', '=', 'c.file_id'),
    )
    .selectAll('c')
    .select('f.format as file_format')
    .where('c.account_id', '=', accountId);

/** The codes of a SIM that count or wait: at most one of each. */
export const findLiveCodes = async (
  tx: Transaction,
  accountId: string,
  simId: string,
): Promise<{ current: StoredQrCode | null; waiting: StoredQrCode | null }> => {
  const rows = await selectCodes(tx, accountId)
    .where('c.sim_id', '=', simId)
    .where('c.state', 'in', ['current', 'waiting'])
    .execute();
  const codes = rows.map(toQrCode);
  return {
    current: codes.find(({ state }) => state === 'current') ?? null,
    waiting: codes.find(({ state }) => state === 'waiting') ?? null,
  };
};

export const findCode = async (tx: Transaction, accountId: string, id: string): Promise<StoredQrCode | undefined> => {
  const row = await selectCodes(tx, accountId).where('c.id', '=', id).executeTakeFirst();
  return row && toQrCode(row);
};

export const findCodeOfFact = async (
  tx: Transaction,
  accountId: string,
  factId: string,
): Promise<StoredQrCode | undefined> => {
  const row = await selectCodes(tx, accountId).where('c.fact_id', '=', factId).executeTakeFirst();
  return row && toQrCode(row);
};

/** Codes that came on a request, the newest first. */
export const findCodesOfRequest = async (
  tx: Transaction,
  accountId: string,
  requestId: string,
): Promise<StoredQrCode[]> => {
  const rows = await selectCodes(tx, accountId).where('c.request_id', '=', requestId).orderBy('c.id', 'desc').execute();
  return rows.map(toQrCode);
};

export const listCodesOfSim = async (
  tx: Transaction,
  accountId: string,
  simId: string,
  page: PageOfNewest,
): Promise<{ items: StoredQrCode[]; nextCursor: string | null }> => {
  let query = selectCodes(tx, accountId).where('c.sim_id', '=', simId);
  if (page.beforeId !== null) query = query.where('c.id', '<', page.beforeId);
  const rows = await query
    .orderBy('c.id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page.limit, ({ id }) => [id], toQrCode);
};

/** Whether another SIM in use has the code, under any of its fingerprints. */
export const isCodeOfAnotherSim = async (
  tx: Transaction,
  accountId: string,
  { simId, fingerprints }: { simId: string; fingerprints: readonly string[] },
): Promise<boolean> => {
  const row = await tx
    .selectFrom('qr_code')
    .select('id')
    .where('account_id', '=', accountId)
    .where('state', '=', 'current')
    .where('is_specific', '=', true)
    .where('code_fingerprint', 'in', [...fingerprints])
    .where('sim_id', '<>', simId)
    .executeTakeFirst();
  return row !== undefined;
};

export interface NewQrCode
  extends Omit<StoredQrCode, 'fileFormat' | 'decidedBy' | 'decidedAt' | 'refusal' | 'refusalMailed' | 'endedAt'> {
  readonly isSpecific: boolean;
}

export const insertCode = async (tx: Transaction, accountId: string, code: NewQrCode): Promise<void> => {
  await tx
    .insertInto('qr_code')
    .values({
      account_id: accountId,
      id: code.id,
      sim_id: code.simId,
      state: code.state,
      source: code.source,
      code_sealed: code.sealed,
      code_fingerprint: code.fingerprint,
      is_specific: code.isSpecific,
      smdp_address: code.smdpAddress,
      last_four: code.lastFour,
      confirmation_code_required: code.confirmationCodeRequired,
      warnings: JSON.stringify(code.warnings),
      file_id: code.fileId,
      request_id: code.requestId,
      link_id: code.linkId,
      fact_id: code.factId,
      imported_by: code.importedBy,
      imported_by_name: code.importedByName,
      imported_at: code.importedAt,
      decided_by: null,
      decided_at: null,
      refusal: null,
      ended_at: null,
    })
    .execute();
};

export type CodeChange =
  | { readonly state: 'history'; readonly at: Date }
  | { readonly state: 'current'; readonly at: Date; readonly decidedBy: string }
  | { readonly state: 'refused'; readonly at: Date; readonly decidedBy: string; readonly refusal: string };

export const changeCode = async (tx: Transaction, accountId: string, id: string, change: CodeChange): Promise<void> => {
  await tx
    .updateTable('qr_code')
    .set({
      state: change.state,
      ...(change.state === 'current' ? {} : { ended_at: change.at }),
      ...(change.state === 'history' ? {} : { decided_by: change.decidedBy, decided_at: change.at }),
      ...(change.state === 'refused' ? { refusal: change.refusal } : {}),
    })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .execute();
};

export const markRefusalsMailed = async (tx: Transaction, accountId: string, requestId: string): Promise<void> => {
  await tx
    .updateTable('qr_code')
    .set({ refusal_mailed: true })
    .where('account_id', '=', accountId)
    .where('request_id', '=', requestId)
    .where('state', '=', 'refused')
    .execute();
};
