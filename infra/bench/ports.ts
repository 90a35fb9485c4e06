import { PORT_VARIABLES } from '../local/ports.ts';

/** Ports that a developer has fixed are those of `npm start`, which may be running. */
export function withoutFixedPorts(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const portVariables = new Set<string>(Object.values(PORT_VARIABLES));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !portVariables.has(name)));
}
