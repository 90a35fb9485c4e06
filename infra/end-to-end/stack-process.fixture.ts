import { inject } from 'vitest';
import { readRunningStack } from '../local/stack-info.ts';

/** The process of the stack that is running under this name just now. */
export const processIdOf = (name: string): number => {
  const pid = readRunningStack(inject('stack').stateFolder)?.processes[name]?.pid;
  if (pid === undefined) throw new Error(`there is no process ${name}`);
  return pid;
};

/** Signals one process of the stack. One that dies of it is started again by the supervisor. */
export const signalProcess = (name: string, signal: NodeJS.Signals): void => {
  process.kill(processIdOf(name), signal);
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
