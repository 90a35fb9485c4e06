import { decodeCursor, toPage } from '@simlane/service-kit/pages';
import { z } from 'zod';

interface VersionQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of versions, the newest first.
 *
 * @param of what they are versions of: its cursors are none of another thing
 * @param read the newest `most` versions, before the version `before` if there is one
 */
export const versionPage = async <Version extends { version: number }>(
  of: string,
  { limit, cursor }: VersionQuery,
  read: (range: { before: number | null; most: number }) => Promise<Version[]>,
): Promise<{ items: Version[]; nextCursor: string | null }> => {
  const cursorSchema = z.tuple([z.literal(of), z.int32()]);
  const before = cursor === undefined ? null : decodeCursor(cursorSchema, cursor)[1];
  const rows = await read({ before, most: limit + 1 });
  return toPage(
    rows,
    limit,
    ({ version }) => [of, version],
    (version) => version,
  );
};
