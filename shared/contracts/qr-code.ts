/** The eSIM QR code of a SIM, and the request for one (product.md §4). */

/** `waiting`: came through a link with an address that the provider is not known to use; no code until a user accepts it. */
export const QR_CODE_STATES = ['waiting', 'current', 'refused', 'history'] as const;
export type QrCodeState = (typeof QR_CODE_STATES)[number];

export const QR_CODE_SOURCES = ['upload_link', 'user', 'provider'] as const;
export type QrCodeSource = (typeof QR_CODE_SOURCES)[number];

/** What a file is, by its content. */
export const QR_FILE_FORMATS = ['png', 'jpeg', 'svg', 'tiff', 'pdf'] as const;
export type QrFileFormat = (typeof QR_FILE_FORMATS)[number];

/** Formats as people know them. */
export const ACCEPTED_FORMATS = ['PNG', 'JPG/JPEG', 'SVG', 'TIFF', 'PDF'] as const;

/** Larger ones are refused before they are read: 5 MiB. */
export const LARGEST_FILE_BYTES = 5 * 1024 * 1024;

export const QR_CODE_WARNINGS = [
  /** The provider is not known to use the SM-DP+ address. */
  'smdp_address_unknown',
  /** The code is not specific to a SIM: the SM-DP+ knows by the device which profile it is. */
  'matching_id_empty',
  /** Small letters, which phones accept and the grammar does not. */
  'matching_id_lower_case',
  /** An ICCID stands in the file that is not the SIM's. */
  'iccid_differs',
  /** An EID stands in the file that is not the SIM's. */
  'eid_differs',
  /** It came through a link while a code is there that a user or the provider has imported. */
  'replaces_import',
] as const;
export type QrCodeWarning = (typeof QR_CODE_WARNINGS)[number];

/** What a user has to accept before the import counts; the others are only shown. */
export const WARNINGS_TO_ACCEPT = [
  'smdp_address_unknown',
  'matching_id_empty',
  'iccid_differs',
  'eid_differs',
] as const satisfies readonly QrCodeWarning[];

export const QR_REQUEST_STATES = ['open', 'ended'] as const;
export type QrRequestState = (typeof QR_REQUEST_STATES)[number];

export const QR_REQUEST_ENDS = ['code_imported', 'expired', 'cancelled', 'sim_ended'] as const;
export type QrRequestEnd = (typeof QR_REQUEST_ENDS)[number];

/** Why an order could not ask for a QR code although it was to. */
export const QR_REQUEST_OBSTACLES = [
  'no_contact',
  'not_enabled',
  'sim_ended',
  'request_open',
  'code_imported',
] as const;
export type QrRequestObstacle = (typeof QR_REQUEST_OBSTACLES)[number];

/** Unanswered, after it was sent (product.md §4). */
export const REMINDERS_AFTER = ['P2D', 'P5D'] as const;
export const REQUEST_EXPIRES_AFTER = 'P30D';
/** Whoever asked is told by then, if nobody has sent a notification. */
export const NOTIFIED_AFTER = 'PT15M';
export const LINK_EXPIRES_AFTER = 'P14D';
