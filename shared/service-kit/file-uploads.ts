import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidRequest, ProblemError } from './problem.ts';

export interface Upload {
  /** Null where no file was sent. Its name and declared type are nobody's business. */
  readonly file: Buffer | null;
  /** The other fields of the form, in their order. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** Fields beside the file: a code, a few check boxes. */
const MOST_FIELDS = 20;
const LARGEST_FIELD_BYTES = 8 * 1024;
/** Boundaries and headers of the parts, and the fields. */
const ROOM_FOR_THE_FORM_BYTES = 64 * 1024;

/**
 * Adds routes that take `multipart/form-data` with one file. They stand in a context of their own: nowhere else is
 * such a body read.
 *
 * @param limit the largest file; more is refused without being read to its end
 */
export const withUploads = (
  app: FastifyInstance,
  limit: { readonly fileBytes: number },
  addRoutes: (own: FastifyInstance) => void,
): void => {
  app.register(async (own) => {
    await own.register(multipart, {
      throwFileSizeLimit: false,
      limits: {
        files: 1,
        fileSize: limit.fileBytes,
        fields: MOST_FIELDS,
        fieldSize: LARGEST_FIELD_BYTES,
        parts: MOST_FIELDS + 1,
      },
    });
    addRoutes(own);
  });
};

export const isMultipart = (request: FastifyRequest): boolean => request.isMultipart();

/**
 * Reads a form that was sent.
 *
 * @throws ProblemError `payload_too_large` as soon as that is known; `invalid_request` for what is no such form
 */
export const readUpload = async (request: FastifyRequest, limit: { readonly fileBytes: number }): Promise<Upload> => {
  if (Number(request.headers['content-length'] ?? 0) > limit.fileBytes + ROOM_FOR_THE_FORM_BYTES) throw tooLarge(limit);
  const fields: Record<string, string[]> = {};
  let file: Buffer | null = null;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.valueTruncated || part.fieldnameTruncated) throw badForm('A field of the form is too long');
        (fields[part.fieldname] ??= []).push(String(part.value));
        continue;
      }
      const chunks: Buffer[] = [];
      const { file: stream } = part;
      // Left alone, the library would go on reading to the end of the part and drop what it reads.
      stream.once('limit', () => stream.destroy(tooLarge(limit)));
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      if (stream.truncated) throw tooLarge(limit);
      const bytes = Buffer.concat(chunks);
      // A browser sends an empty file where none was chosen.
      if (bytes.length > 0) file = bytes;
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const { code } = error as { code?: unknown };
    if (code === 'FST_REQ_FILE_TOO_LARGE') throw tooLarge(limit);
    throw badForm('The body is no form with at most one file');
  }
  return { file, fields };
};

const MIB = 1024 * 1024;

const tooLarge = ({ fileBytes }: { readonly fileBytes: number }): ProblemError =>
  new ProblemError('payload_too_large', `The file is larger than ${fileBytes / MIB} MiB`, {
    fix: 'Send a smaller file',
  });

const badForm = (detail: string): ProblemError => invalidRequest([{ pointer: '', detail }]);
