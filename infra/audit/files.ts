import { broken, type Finding, settling } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** An import that was broken off leaves its object for so long at most: its row is due before that. */
const KEPT_WITHIN_MS = 60 * 60 * 1000;

/**
 * Invariant 5: every QR code that came as a file has its object as it was written, and every object older than an hour
 * has its row. A file counts from the moment that an import keeps it; rows are read before objects, so the object of
 * one that counts is there.
 */
export const checkFiles = ({ readAt, inventory, objects }: Snapshot): Finding[] => {
  const files = new Map(inventory.files.map((file) => [file.id, file]));
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const known = new Set(inventory.files.map(({ objectKey }) => objectKey));
  return [
    ...inventory.qrCodes.flatMap((code): Finding[] => {
      if (code.fileId === null || files.get(code.fileId)?.state === 'stored') return [];
      return [broken(5, code, `QR code ${code.id} came as file ${code.fileId}, which is not kept`)];
    }),
    ...inventory.files.flatMap((file): Finding[] => {
      if (file.state !== 'stored') return [];
      const object = byKey.get(file.objectKey);
      if (object === undefined) return [broken(5, file, `file ${file.id} has no object`)];
      if (object.sha256 === file.objectSha256) return [];
      return [broken(5, file, `the object of file ${file.id} is not what was written`)];
    }),
    ...objects.flatMap(({ key, writtenAt }): Finding[] =>
      known.has(key) || readAt.getTime() - writtenAt.getTime() <= KEPT_WITHIN_MS
        ? []
        : [settling(5, {}, `object ${key} has no row`)],
    ),
  ];
};
