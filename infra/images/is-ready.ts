/** Healthcheck of a container: ends with 0 when the process that listens on PORT says that it can be used. */
const [path = '/readyz'] = process.argv.slice(2);
const ANSWER_WITHIN_MS = 4_000;

const ready = await fetch(`http://127.0.0.1:${process.env.PORT}${path}`, {
  signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
}).then(
  (response) => response.ok,
  () => false,
);
process.exitCode = ready ? 0 : 1;
