import { comparableActivationCode, lastFour, writeActivationCode } from '@simlane/contracts/activation-code';
import { WARNINGS_TO_ACCEPT } from '@simlane/contracts/qr-code';
import type { Sim } from '@simlane/contracts/http/fleet';
import { inAccount, readInAccount } from '@simlane/service-kit/postgres';
import { violatedConstraint } from '@simlane/service-kit/postgres-errors';
import { notFound, UnavailableError } from '@simlane/service-kit/problem';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { requireAccepted } from '../accepted-warnings.ts';
import type { Catalog } from '../actions/catalog.ts';
import type { StoredWarning, Transaction } from '../database.ts';
import { lockSim } from '../fleet/sim.repository.ts';
import { findSim } from '../fleet/sim.repository.ts';
import type { StoredRequest } from './qr-request.ts';
import { lockRequest } from './qr-request.repository.ts';
import { addToTimeline } from '../timeline/timeline.repository.ts';
import { type Decoder, DecoderBusy, DecoderUnavailable } from '../decoding/decoder.ts';
import type { Turns } from './turns.ts';
import { endCode, endRequest } from './ending.ts';
import { codeInFile, codeTyped, type ImportedCode, ImportRefusal } from './imported-code.ts';
import { type Importer, importedBy, originOf } from './import.ts';
import { waitsForUser, warningsOf } from './import-warnings.ts';
import { linkDead } from './link.ts';
import { countUse } from './link.repository.ts';
import { requireRoom } from './limits.ts';
import { addNotification } from './notification.service.ts';
import { requireEsimInUse } from './qr-code-access.ts';
import {
  findCodeOfFact,
  findLiveCodes,
  insertCode,
  isCodeOfAnotherSim,
  type StoredQrCode,
} from './qr-code.repository.ts';
import { keepFile, type StoredFiles, writeFile } from './stored-file.service.ts';

export interface QrCodes extends StoredFiles {
  readonly catalog: Catalog;
  readonly decoder: Decoder;
  readonly turns: { readonly uploading: Turns; readonly decoding: Turns };
  /** Called after something has become due and is committed. */
  readonly onDue: () => void;
}

export type CodeInput = { readonly file: Uint8Array } | { readonly text: string };

export interface Import {
  readonly accountId: string;
  readonly simId: string;
  readonly importer: Importer;
  readonly input: CodeInput;
  /** The importer knows that a confirmation code will be asked for. */
  readonly confirmationCodeRequired: boolean;
  readonly acceptWarnings: readonly string[];
}

export type Imported =
  | { readonly outcome: 'imported' | 'waiting'; readonly codeId: string }
  /** The SIM has the same code, or it waits already. */
  | { readonly outcome: 'unchanged'; readonly codeId: string };

/** What an activation code is sealed for: in another row it does not open. */
export const codeBelongsTo = (accountId: string, simId: string, codeId: string): string[] => [
  accountId,
  simId,
  codeId,
  'activation-code',
];

/**
 * Reads what was imported, and makes it the SIM's code, or one that waits for a user (product.md §4, "Import").
 * Nothing foreign is looked at in this process, and nothing is stored before it was read and is right. The same code
 * again changes nothing.
 *
 * @throws ImportRefusal and ProblemError with the codes that the route names
 */
export const importCode = async (qrCodes: QrCodes, request: Import): Promise<Imported> => {
  const { db, catalog, onDue } = qrCodes;
  const { accountId, simId, importer, input, acceptWarnings } = request;
  const sim = await readInAccount(db, accountId, async (tx) => {
    // A provider's code comes once for each order: it is not turned away.
    if (importer.source !== 'provider') await requireRoom(tx, accountId, ['imports']);
    return esimOf(tx, accountId, simId);
  });
  const read = await readInput(qrCodes, request);
  const imported = request.confirmationCodeRequired
    ? { ...read, code: { ...read.code, confirmationCodeRequired: true } }
    : read;
  const provider = await catalog.qrCodeProvider(accountId, sim.providerId);
  if (!provider.known && importer.source !== 'provider') throw new UnavailableError('The catalog', 'does not answer');
  const judged = await readInAccount(db, accountId, (tx) =>
    judge(tx, qrCodes, { request, sim, imported, provider: provider.known ? provider.value : null }),
  );
  if (judged.same !== null) {
    if (importer.source === 'upload_link' && judged.same.state === 'current') {
      const same = judged.same;
      await inAccount(db, accountId, (tx) => answerWithSame(tx, { accountId, importer, code: same }));
      onDue();
    }
    return { outcome: 'unchanged', codeId: judged.same.id };
  }
  if (importer.source === 'user') {
    const toAccept: readonly string[] = WARNINGS_TO_ACCEPT;
    requireAccepted(
      judged.warnings.filter(({ code }) => toAccept.includes(code)),
      acceptWarnings,
    );
  }
  const fileId =
    'file' in input && imported.format !== null
      ? await writeFile(qrCodes, accountId, { bytes: input.file, format: imported.format })
      : null;
  try {
    const stored = await inAccount(db, accountId, (tx) =>
      store(tx, qrCodes, { request, imported, warnings: judged.warnings, fileId }),
    );
    onDue();
    return stored;
  } catch (error) {
    if (violatedConstraint(error) === 'qr_code_in_use') throw inUseElsewhere();
    throw error;
  }
};

const esimOf = async (tx: Transaction, accountId: string, simId: string): Promise<Sim> => {
  const sim = await findSim(tx, { accountId }, simId);
  if (sim === undefined) throw notFound('There is no such SIM');
  requireEsimInUse(sim);
  return sim;
};

/** Whether what was sent holds the code that is there. What cannot be read does not. */
export const isSameCode = async (
  qrCodes: QrCodes,
  sent: Pick<Import, 'accountId' | 'importer' | 'input'>,
  code: StoredQrCode,
): Promise<boolean> => {
  try {
    const { code: read } = await readInput(qrCodes, sent);
    return qrCodes.sealer.fingerprints(comparableActivationCode(read)).includes(code.fingerprint);
  } catch (error) {
    if (error instanceof ImportRefusal) return false;
    throw error;
  }
};

const readInput = async (
  { decoder, turns }: QrCodes,
  { accountId, importer, input }: Pick<Import, 'accountId' | 'importer' | 'input'>,
): Promise<ImportedCode> => {
  if ('text' in input) return codeTyped(input.text);
  const by = importer.source === 'upload_link' ? importer.linkId : null;
  try {
    return codeInFile(await turns.decoding.take({ accountId, linkId: by }, () => decoder.decode(input.file)));
  } catch (error) {
    // It says nothing of the file: the same one can be sent again.
    if (error instanceof DecoderBusy || error instanceof DecoderUnavailable) {
      throw new UnavailableError('What reads files', error.message, error);
    }
    throw error;
  }
};

interface Judging {
  readonly request: Import;
  readonly sim: Sim;
  readonly imported: ImportedCode;
  readonly provider: { readonly name: string | null; readonly smdpAddresses: readonly string[] } | null;
}

/** What is to be said about the code, and the one that is the same, if the SIM has it or it waits. */
const judge = async (
  tx: Transaction,
  { sealer }: QrCodes,
  { request, sim, imported, provider }: Judging,
): Promise<{ warnings: StoredWarning[]; same: StoredQrCode | null }> => {
  const { accountId, simId, importer } = request;
  const fingerprints = sealer.fingerprints(comparableActivationCode(imported.code));
  const { current, waiting } = await findLiveCodes(tx, accountId, simId);
  const isSame = (code: StoredQrCode | null): code is StoredQrCode =>
    code !== null &&
    fingerprints.includes(code.fingerprint) &&
    (code.confirmationCodeRequired || !imported.code.confirmationCodeRequired);
  // A user who imports what waits means that it is right: for him it is no repeat.
  const same = isSame(current) ? current : importer.source === 'upload_link' && isSame(waiting) ? waiting : null;
  if (imported.code.matchingId !== '' && (await isCodeOfAnotherSim(tx, accountId, { simId, fingerprints }))) {
    throw inUseElsewhere();
  }
  const warnings = warningsOf(imported, {
    knownAddresses: provider?.smdpAddresses ?? [],
    providerName: provider?.name ?? null,
    sim,
    source: importer.source,
    currentSource: current?.source ?? null,
  });
  return { warnings, same };
};

/** The contact says that the code which the SIM has is the right one: that is an answer, and ends the request. */
const answerWithSame = async (
  tx: Transaction,
  {
    accountId,
    importer,
    code,
  }: { accountId: string; importer: Extract<Importer, { source: 'upload_link' }>; code: StoredQrCode },
): Promise<void> => {
  const now = new Date();
  await lockSim(tx, { accountId }, code.simId);
  const open = await lockOwnRequest(tx, accountId, { simId: code.simId, importer });
  const { current } = await findLiveCodes(tx, accountId, code.simId);
  if (current?.id !== code.id) throw linkDead();
  await countUse(tx, accountId, importer.linkId, now);
  await endRequest(tx, open, {
    origin: originOf(importer),
    reason: 'code_imported',
    now,
    data: { qrCodeId: code.id, importedFrom: code.source },
  });
};

/** The open request whose newest sending the link is of. @throws ProblemError `link_dead` */
const lockOwnRequest = async (
  tx: Transaction,
  accountId: string,
  { simId, importer }: { simId: string; importer: Extract<Importer, { source: 'upload_link' }> },
): Promise<StoredRequest> => {
  const open = await lockRequest(tx, accountId, { openOfSim: simId });
  // Fifty at once: the first ends the request, and the link of the others is dead with it.
  if (open?.id !== importer.requestId || open.sendings !== importer.sending) throw linkDead();
  return open;
};

const inUseElsewhere = (): ImportRefusal =>
  new ImportRefusal('activation_code_in_use', {
    detail: 'Another SIM in use has this activation code',
    fix: 'Look for the code that was made for this SIM, or ask the provider for a new one',
  });

const store = async (
  tx: Transaction,
  { sealer }: QrCodes,
  {
    request,
    imported,
    warnings,
    fileId,
  }: {
    request: Import;
    imported: ImportedCode;
    warnings: readonly StoredWarning[];
    fileId: string | null;
  },
): Promise<Imported> => {
  const { accountId, simId, importer } = request;
  const { code, format } = imported;
  const now = new Date();
  const locked = await lockSim(tx, { accountId }, simId);
  if (locked === undefined) throw notFound('There is no such SIM');
  requireEsimInUse(locked);
  if (importer.source === 'provider') {
    const before = await findCodeOfFact(tx, accountId, importer.factId);
    if (before !== undefined) return { outcome: 'unchanged', codeId: before.id };
  }
  const open =
    importer.source === 'upload_link'
      ? await lockOwnRequest(tx, accountId, { simId, importer })
      : await lockRequest(tx, accountId, { openOfSim: simId });
  if (importer.source === 'upload_link') await countUse(tx, accountId, importer.linkId, now);
  const { current, waiting } = await findLiveCodes(tx, accountId, simId);
  const origin = originOf(importer);
  const waits = waitsForUser(importer.source, warnings);
  const id = uuidV7();
  if (fileId !== null) await keepFile(tx, accountId, fileId);
  if (waiting !== null) await endCode(tx, accountId, waiting, { origin, reason: 'replaced', now });
  if (!waits && current !== null) await endCode(tx, accountId, current, { origin, reason: 'replaced', now });
  const { id: importerId, name: importerName } = importedBy(importer);
  const shownLastFour = lastFour(code);
  await insertCode(tx, accountId, {
    id,
    simId,
    state: waits ? 'waiting' : 'current',
    source: importer.source,
    sealed: sealer.seal(writeActivationCode(code), codeBelongsTo(accountId, simId, id)),
    fingerprint: sealer.fingerprint(comparableActivationCode(code)),
    isSpecific: code.matchingId !== '',
    smdpAddress: code.smdpAddress,
    lastFour: shownLastFour,
    confirmationCodeRequired: code.confirmationCodeRequired,
    warnings,
    fileId,
    requestId: open?.id ?? null,
    linkId: importer.source === 'upload_link' ? importer.linkId : null,
    factId: importer.source === 'provider' ? importer.factId : null,
    importedBy: importerId,
    importedByName: importerName,
    importedAt: now,
  });
  const event = waits ? 'qr_code_waiting' : 'qr_code_imported';
  // What viewers may not know of a code does not stand on a timeline either.
  const data = { qrCodeId: id, format };
  await addToTimeline(tx, accountId, origin, [
    { subject: { type: 'sim', id: simId }, event, data },
    ...(open === undefined ? [] : [{ subject: { type: 'qr_request', id: open.id }, event, data } as const]),
  ]);
  if (waits) return { outcome: 'waiting', codeId: id };
  if (open !== undefined) {
    await endRequest(tx, open, {
      origin,
      reason: 'code_imported',
      now,
      data: { qrCodeId: id, importedFrom: importer.source },
    });
  }
  // What came with a signal is told at once; what was asked for, by its request.
  if (importer.source === 'provider') {
    await addNotification(tx, accountId, {
      codeId: id,
      simId,
      requestId: null,
      to: importer.orderedBy,
      automatic: true,
      origin,
      now,
    });
  }
  return { outcome: 'imported', codeId: id };
};
