const NANOSECONDS_IN_MS = 1e6;

/** Milliseconds of the machine's monotonic clock: comparable between the processes of one machine, and with nothing else. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_IN_MS;
}
