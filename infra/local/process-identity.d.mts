export interface ProcessIdentity {
  readonly pid: number;
  /** Undefined when the process had ended before anybody looked. */
  readonly startTime?: string | undefined;
}

export function startTimeOf(pid: number): string | undefined;
export function isRunning(identity: ProcessIdentity): boolean;
export function parentOf(pid: number): number | undefined;
