/** The bytes of a file, as the answer of a route in the place of JSON. */
export class FileAnswer {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Saved under this name, never shown in the browser; null: shown. */
  readonly fileName: string | null;

  constructor(bytes: Buffer, { contentType, fileName }: { contentType: string; fileName: string | null }) {
    this.bytes = bytes;
    this.contentType = contentType;
    this.fileName = fileName;
  }

  /** What says so to a browser. The name is ours: no character in it needs quoting. */
  get headers(): Record<string, string> {
    return {
      'content-type': this.contentType,
      'x-content-type-options': 'nosniff',
      'content-disposition': this.fileName === null ? 'inline' : `attachment; filename="${this.fileName}"`,
    };
  }
}
