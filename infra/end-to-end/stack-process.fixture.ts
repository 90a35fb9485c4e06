import { inject } from 'vitest';
import { readRunningStack } from '../local/stack-info.ts';

/** Signals one process of the stack. One that dies of it is started again by the supervisor. */
export const signalProcess = (name: string, signal: NodeJS.Signals): void => {
  const pid = readRunningStack(inject('stack').stateFolder)?.processes[name]?.pid;
  if (pid === undefined) throw new Error(`there is no process ${name}`);
  process.kill(pid, signal);
};

/** While this runs, the process does nothing: what it is sent waits for it. */
export const whilePaused = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  signalProcess(name, 'SIGSTOP');
  try {
    return await work();
  } finally {
    signalProcess(name, 'SIGCONT');
  }
};
