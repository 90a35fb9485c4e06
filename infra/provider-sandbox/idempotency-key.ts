import type { FastifyRequest } from 'fastify';

export const KEY_MISSING = {
  status: 400,
  code: 'idempotency_key_missing',
  detail: 'Idempotency-Key is needed.',
} as const;
export const KEY_REUSED = {
  status: 422,
  code: 'idempotency_key_reused',
  detail: 'Another request came under this key before.',
} as const;

/** The key as it was meant: the header may come quoted (draft-ietf-httpapi-idempotency-key-header) or bare. */
export const idempotencyKeyOf = (request: FastifyRequest): string | null => {
  const header = request.headers['idempotency-key'];
  const key = (Array.isArray(header) ? header[0] : header)?.trim().replace(/^"(.*)"$/, '$1');
  return key === undefined || key === '' ? null : key;
};
