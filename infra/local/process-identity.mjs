import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** In /proc/<pid>/stat, counted after the closing parenthesis of the command: fields 3, 4 and 22 of proc(5). */
const STATE_AFTER_COMMAND = 0;
const PARENT_AFTER_COMMAND = 1;
const START_TIME_AFTER_COMMAND = 19;

/**
 * When a process started, as an opaque text; undefined when no such process runs.
 * A pid together with this names one process for ever, so that a number given to somebody else since is not mistaken for it.
 * A process that has ended and was not waited for by its parent (a zombie) counts as ended.
 */
export function startTimeOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return ask('lstart', pid);
  const fields = readStat(pid);
  const state = fields?.[STATE_AFTER_COMMAND];
  return state === 'Z' || state === 'X' ? undefined : fields?.[START_TIME_AFTER_COMMAND];
}

/** The pid of a process's parent; undefined when no such process runs. */
export function parentOf(pid) {
  const text = process.platform === 'linux' ? readStat(pid)?.[PARENT_AFTER_COMMAND] : ask('ppid', pid);
  return text === undefined ? undefined : Number(text);
}

/** Whether exactly this process still runs. */
export function isRunning(identity) {
  return identity.startTime !== undefined && startTimeOf(identity.pid) === identity.startTime;
}

function readStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function ask(what, pid) {
  try {
    return execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
