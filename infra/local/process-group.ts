/** Signals a process and all that it started in its group (it must lead one); a group that is gone already is no error. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // macOS says EPERM of a group in which only zombies are left.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
