/**
 * Every problem a Simlane API can answer with. The table is closed: what is not in it is an incident
 * (`internal_error`), logged with its id and shown without detail.
 *
 * `decision` marks the few codes by which the other side has *decided*; only those may end a step of a
 * workflow. Everything else, a 404 or a 422 included, is retried: a bad deploy must not roll back live orders.
 */
interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** The other side has decided; asking again cannot change the answer. */
  readonly decision: boolean;
  /** The same request can succeed later without being changed. */
  readonly retryable: boolean;
}

const refused = (status: number, title: string): ProblemDefinition => ({
  status,
  title,
  decision: false,
  retryable: false,
});
const passing = (status: number, title: string): ProblemDefinition => ({
  status,
  title,
  decision: false,
  retryable: true,
});
const decided = (status: number, title: string): ProblemDefinition => ({
  status,
  title,
  decision: true,
  retryable: false,
});

export const PROBLEMS = {
  invalid_request: refused(400, 'The request does not have the expected form'),
  invalid_cursor: refused(400, 'The cursor is not one that this list gave out'),
  idempotency_key_missing: refused(400, 'An Idempotency-Key is needed here'),
  not_a_signal: refused(400, 'The body is not a signal'),
  unauthenticated: refused(401, 'Who is calling could not be established'),
  forbidden: refused(403, 'The caller may not do this'),
  not_found: refused(404, 'There is no such thing here'),
  method_not_allowed: refused(405, 'This resource does not take this method'),
  change_in_flight: refused(409, 'A change is in flight on this line or SIM'),
  order_state: refused(409, 'The state of the order does not allow this'),
  draft_expired: refused(409, 'The draft has expired'),
  slot_taken: refused(409, 'Another line is in this slot'),
  iccid_in_use: refused(409, 'Another SIM in use has this ICCID'),
  qr_request_open: refused(409, 'The SIM has an open request for a QR code'),
  qr_request_state: refused(409, 'The state of the request does not allow this'),
  qr_code_state: refused(409, 'The state of the QR code does not allow this'),
  sim_state: refused(409, 'The state of the SIM does not allow this'),
  archived: refused(409, 'What is archived takes nothing new'),
  preview_stale: refused(409, 'What the preview has seen has changed since'),
  service_change_state: refused(409, 'The state of the service change does not allow this'),
  service_rollout_state: refused(409, 'The state of the rollout does not allow this'),
  drift_state: refused(409, 'The state of the drift proposal does not allow this'),
  drift_changed: refused(409, 'What differs has changed since it was looked at'),
  used_by_profiles: refused(409, 'Service profiles use what this would take away'),
  link_dead: refused(410, 'The link no longer works'),
  stale_version: refused(412, 'Somebody else changed this in the meantime'),
  payload_too_large: refused(413, 'The body is too large'),
  unsupported_media_type: refused(415, 'The body is of a type that is not taken here'),
  file_format: refused(415, 'The file is not in one of the accepted formats'),
  idempotency_key_reused: refused(422, 'The Idempotency-Key was used for another request'),
  warnings_not_accepted: refused(422, 'There are warnings that the caller has to accept'),
  action_not_available: refused(422, 'The action is not available'),
  article_not_compatible: refused(422, 'The article does not fit this order'),
  draft_incomplete: refused(422, 'The draft lacks what a confirmation needs'),
  iccid_invalid: refused(422, 'This is not an ICCID'),
  reason_required: refused(422, 'A reason is needed'),
  recipient_not_eligible: refused(422, 'Not every recipient receives QR code requests'),
  profile_invalid: refused(422, 'Service pack, rate plan and options do not fit together'),
  profile_of_other_provider: refused(422, 'The service profile is one of another provider'),
  expiry_invalid: refused(422, 'A deviation cannot end then'),
  rollout_empty: refused(422, 'There is no SIM that this could change'),
  profile_fixed: refused(422, 'The service pack and the rate plan of a profile are fixed'),
  service_change_needed: refused(422, 'The options of a profile are edited by a service change'),
  file_encrypted: refused(422, 'The file is encrypted'),
  file_broken: refused(422, 'The file is broken'),
  file_too_complex: refused(422, 'The file takes too much to be read'),
  qr_code_not_found: refused(422, 'No QR code was found'),
  not_activation_code: refused(422, 'This is not an eSIM activation code'),
  two_activation_codes: refused(422, 'The file holds more than one activation code'),
  activation_code_in_use: refused(422, 'Another SIM in use has this activation code'),
  if_match_missing: refused(428, 'An If-Match header with the version is needed here'),
  rate_limited: passing(429, 'Too many requests'),
  internal_error: passing(500, 'Something unexpected went wrong'),
  dependency_unavailable: passing(503, 'Something this depends on cannot be reached just now'),
  outcome_unknown: passing(503, 'The outcome is not known yet; the step is being finished'),
  read_only: passing(503, 'Nothing can be changed just now'),
  overloaded: passing(503, 'The service has more to do than it can take'),
  rejected: decided(409, 'The provider has rejected the order'),
  cancellation_refused: decided(409, 'The provider does not cancel this'),
  fact_not_applied: decided(409, 'The order has no such applied fact'),
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(PROBLEMS, code);

/** Prefix of the `type` member (RFC 9457 §3.1.1); a URN, because the table is in this repository and not on a page. */
export const PROBLEM_TYPE_PREFIX = 'urn:simlane:problem:';
