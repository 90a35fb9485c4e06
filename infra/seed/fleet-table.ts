import { readFileSync } from 'node:fs';

/** One row of a fleet file: one slot of a device and what is in it, or a line without a device, or a device without a line. */
export interface FleetRow {
  /** The number on the device's sticker; empty for a line without a device. */
  readonly asset: string;
  readonly make: string;
  readonly model: string;
  readonly employee: string;
  readonly slot: string;
  readonly number: string;
  readonly operator: string;
  /** Empty for a line without a SIM. */
  readonly kind: string;
  readonly state: string;
  /** Separated by `|`. */
  readonly groups: string;
  readonly distributor: string;
}

const COLUMNS = [
  'asset',
  'make',
  'model',
  'employee',
  'slot',
  'number',
  'operator',
  'kind',
  'state',
  'groups',
  'distributor',
] as const satisfies readonly (keyof FleetRow)[];

/** Reads a fleet file: plain comma-separated values without quotes, so that no cell may hold a comma. Throws on any other. */
export const readFleetTable = (file: URL): readonly FleetRow[] => {
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  if (header !== COLUMNS.join(',')) throw new Error(`${file.pathname}: the columns are to be ${COLUMNS.join(',')}`);
  return lines.map((line, index) => {
    const cells = line.split(',');
    if (cells.length !== COLUMNS.length)
      throw new Error(`${file.pathname}: line ${index + 2} has ${cells.length} cells`);
    return Object.fromEntries(COLUMNS.map((column, cell) => [column, cells[cell] ?? ''])) as unknown as FleetRow;
  });
};
