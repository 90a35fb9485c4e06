/** npm and run.mjs pass signals on, but cannot when they are killed themselves; so we look whether they are there. */
const LOOK_EVERY_MS = 1_000;

/** Calls back once when the process that launched this one has gone. Does nothing for one that was started by hand. */
export function onLauncherDeath(callback: () => void): void {
  const launcher = Number(process.env.SIMLANE_LAUNCHER_PID);
  if (process.ppid !== launcher) return;
  const watch = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(watch);
    callback();
  }, LOOK_EVERY_MS);
  watch.unref();
}
