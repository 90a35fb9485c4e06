import path from 'node:path';

const PASSED_ON = ['HOME', 'TZ', 'LANG', 'TMPDIR', 'SystemRoot'];

/**
 * What every process of the stack is given of our own environment, so that nothing of a developer's shell (proxies,
 * cloud credentials, NODE_OPTIONS) changes what runs. This Node comes first on the path.
 */
export function baseEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
