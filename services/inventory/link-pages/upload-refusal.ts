import type { ActivationCodeFault } from '@simlane/contracts/activation-code';
import type { ProblemCode } from '@simlane/contracts/problems';

/** What can become of something that was sent through an upload link, other than being taken. */
export const UPLOAD_PROBLEMS = [
  'payload_too_large',
  'file_format',
  'file_encrypted',
  'file_broken',
  'file_too_complex',
  'qr_code_not_found',
  'not_activation_code',
  'two_activation_codes',
  'activation_code_in_use',
  'rate_limited',
  'dependency_unavailable',
  'overloaded',
  'read_only',
  'link_dead',
  'internal_error',
] as const satisfies readonly ProblemCode[];
export type UploadProblem = (typeof UPLOAD_PROBLEMS)[number];

/** Whether a problem has words of its own on the upload page; what has none is shown as `internal_error`. */
export const isUploadProblem = (code: ProblemCode): code is UploadProblem =>
  (UPLOAD_PROBLEMS as readonly ProblemCode[]).includes(code);

type WithValues = 'not_activation_code' | 'two_activation_codes' | 'rate_limited';

/** Why it was not taken, with what the words for it need. */
export type UploadRefusal =
  | { readonly code: Exclude<UploadProblem, WithValues> }
  | { readonly code: 'not_activation_code'; readonly fault: ActivationCodeFault }
  /** The last characters of each; an empty one has none that may be shown. */
  | { readonly code: 'two_activation_codes'; readonly lastFours: readonly string[] }
  | { readonly code: 'rate_limited'; readonly retryAfterSeconds: number | null };

/** Whether another try through the same link can succeed: then the form is there again. */
export const canTryAgain = ({ code }: UploadRefusal): boolean => code !== 'link_dead';
