import type { Problem, Warning } from '@simlane/contracts/http/problem';
import { PROBLEM_TYPE_PREFIX, PROBLEMS, type ProblemCode } from '@simlane/contracts/problems';
import { isPostgresOutage } from './postgres-errors.ts';

export interface ProblemDetails {
  /** What the caller, or who else, can do about it. */
  readonly fix?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly warnings?: readonly Warning[];
  readonly blockingOrder?: { readonly id: string; readonly orderNumber?: string };
  readonly conditions?: readonly { readonly code: string; readonly [field: string]: unknown }[];
  /** The decisions that the state of an order allows. */
  readonly possible?: readonly string[];
  /** Sent as the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** What happened underneath: logged with server errors, never shown. */
  readonly cause?: unknown;
}

/** An answer from the closed table of problems. Thrown by handlers and whatever they call; its texts are shown. */
export class ProblemError extends Error {
  override readonly name: string = 'ProblemError';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, detail: string, details: ProblemDetails = {}) {
    super(`${code}: ${detail}`, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.detail = detail;
    this.details = details;
  }

  get fix(): string | undefined {
    return this.details.fix;
  }

  get retryAfterSeconds(): number | undefined {
    return this.details.retryAfterSeconds;
  }
}

/** Something else of ours did not answer, or with something that is none of its agreed answers: try again later. */
export class UnavailableError extends ProblemError {
  override readonly name = 'UnavailableError';

  /** @param what of ours is not there, as it may be shown: `inventory`, `the issuer` */
  constructor(what: string, reason: string, cause?: unknown) {
    super('dependency_unavailable', `${what} cannot be reached just now`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: new Error(`${what}: ${reason}`, cause === undefined ? {} : { cause }),
    });
  }
}

/** Restarts of PostgreSQL and of a service take seconds; sooner would only add load. */
export const RETRY_AFTER_SECONDS = 2;

/** What is foreign and what does not exist are the same to the caller. */
export const notFound = (detail = 'There is no such thing in this account'): ProblemError =>
  new ProblemError('not_found', detail);

export const invalidRequest = (errors: readonly { pointer: string; detail: string }[]): ProblemError =>
  new ProblemError(
    'invalid_request',
    errors.map(({ pointer, detail }) => `${pointer || 'body'}: ${detail}`).join('; '),
    {
      fix: 'Correct the fields named in errors',
      errors,
    },
  );

/**
 * Turns whatever was thrown into the problem to answer with. What is not a known kind of failure becomes
 * `internal_error` without any detail; the one who answers logs it under `instance`.
 *
 * @param instance the id of the request
 */
export const toProblem = (error: unknown, instance: string): Problem => {
  const known = toProblemError(error);
  const { status, title } = PROBLEMS[known.code];
  const { fix, errors, warnings, blockingOrder, conditions, possible } = known.details;
  return {
    type: `${PROBLEM_TYPE_PREFIX}${known.code}`,
    title,
    status,
    code: known.code,
    detail: known.detail,
    ...(fix === undefined ? {} : { fix }),
    instance,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(warnings === undefined ? {} : { warnings: [...warnings] }),
    ...(blockingOrder === undefined ? {} : { blockingOrder }),
    ...(conditions === undefined ? {} : { conditions: [...conditions] }),
    ...(possible === undefined ? {} : { possible: [...possible] }),
  };
};

/** The problem that stands for an error: itself where it is one. */
export const toProblemError = (error: unknown): ProblemError => {
  if (error instanceof RemoteProblem) return passOn(error);
  if (error instanceof ProblemError) return error;
  if (isPostgresOutage(error)) return new UnavailableError('The database', 'not available', error);
  return fromFastify(error) ?? new ProblemError('internal_error', 'The incident was logged', { cause: error });
};

/** Another service of ours answered with a problem from the table. */
export class RemoteProblem extends ProblemError {
  override readonly name = 'RemoteProblem';
  readonly service: string;
  readonly status: number;
  /** The other side has decided: asking again cannot change the answer. */
  readonly decision: boolean;

  constructor(service: string, problem: Problem, retryAfterSeconds?: number) {
    super(problem.code, problem.detail, {
      ...detailsOf(problem),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    this.service = service;
    this.status = PROBLEMS[problem.code].status;
    this.decision = PROBLEMS[problem.code].decision;
  }
}

/** What a problem that another service answered says beyond its code and detail, to be thrown anew. */
export const detailsOf = ({
  fix,
  errors,
  warnings,
  blockingOrder,
  conditions,
}: Omit<Problem, 'instance'>): ProblemDetails => ({
  ...(fix === undefined ? {} : { fix }),
  ...(errors === undefined ? {} : { errors }),
  ...(warnings === undefined ? {} : { warnings }),
  ...(blockingOrder === undefined ? {} : { blockingOrder: withoutUndefined(blockingOrder) }),
  ...(conditions === undefined ? {} : { conditions }),
});

const withoutUndefined = (order: {
  id: string;
  orderNumber?: string | undefined;
}): { id: string; orderNumber?: string } =>
  order.orderNumber === undefined ? { id: order.id } : { id: order.id, orderNumber: order.orderNumber };

/** Problems between two of our services that say nothing about the request of the caller in front. */
const OUR_OWN_FAULT: ReadonlySet<ProblemCode> = new Set([
  'unauthenticated',
  'forbidden',
  'invalid_request',
  'invalid_cursor',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'idempotency_key_missing',
]);

const passOn = (remote: RemoteProblem): ProblemError => {
  if (OUR_OWN_FAULT.has(remote.code)) {
    return new ProblemError('internal_error', 'The incident was logged', { cause: remote });
  }
  if (PROBLEMS[remote.code].retryable && remote.code !== 'outcome_unknown') {
    return new UnavailableError(remote.service, remote.code, remote);
  }
  return remote;
};

const fromFastify = (error: unknown): ProblemError | undefined => {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProblemError('unsupported_media_type', 'The body must be sent as application/json');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ProblemError('payload_too_large', 'The body is larger than this resource takes');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return invalidRequest([{ pointer: '', detail: 'The body is not JSON' }]);
    case 'FST_ERR_BAD_URL':
      return invalidRequest([{ pointer: '', detail: 'The URL is not well formed' }]);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalidRequest([{ pointer: '', detail: 'The body is not as long as it says' }]);
    default:
      return statusCode === 400 ? invalidRequest([{ pointer: '', detail: 'The body is not JSON' }]) : undefined;
  }
};
