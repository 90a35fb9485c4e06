/** The provider sandbox as a process of its own, spoken to over HTTP only: nothing here imports it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../infra/provider-sandbox/main.ts', import.meta.url));
const CONTROL_TOKEN = 'control-token-of-the-tests';

export interface TakenChange {
  readonly changeId: string;
  readonly key: string;
  readonly accepted: number;
  readonly requests: number;
}

interface SentSignal {
  readonly status: number | null;
  readonly body: string;
}

export const startProviderSandbox = async () => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PORT: '0', SANDBOX_CONTROL_TOKEN: CONTROL_TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A test run that is broken off leaves nothing behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
    createInterface(child.stdout).on('line', (line) => {
      const { address } = JSON.parse(line) as { address?: string };
      if (address !== undefined) resolve(address);
    });
  });

  const control = async <T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url}/control${path}`, {
      method,
      headers: {
        authorization: `Bearer ${CONTROL_TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };

  return {
    /** Below which each provider has its id. */
    providersAt: `${url}/providers`,
    connect: (providerId: string, connection: object) => control<void>('PUT', `/connections/${providerId}`, connection),
    rules: (...rules: object[]) => control<void>('PUT', '/service-rules', { rules }),
    /** The SIM has these values from now on, whatever anybody asked for. */
    setServices: (providerId: string, iccid: string, services: object) =>
      control<void>('PUT', `/connections/${providerId}/sims/${iccid}/services`, services),
    change: async (changeId: string): Promise<TakenChange | undefined> =>
      (await control<{ items: TakenChange[] }>('GET', `/service-changes?changeId=${changeId}`)).items[0],
    /** The methods of the requests about a SIM, as they came. */
    requests: async (iccid: string): Promise<string[]> =>
      (await control<{ items: { method: string; path: string }[] }>('GET', '/requests')).items
        .filter(({ path }) => path.includes(`/sims/${iccid}/`))
        .map(({ method }) => method),
    /** Says by a signal what became of the change. */
    answer: async (changeId: string, answer: object = {}): Promise<readonly SentSignal[]> =>
      (await control<{ deliveries: SentSignal[] }>('POST', `/service-changes/${changeId}/answer`, answer)).deliveries,
    stop: async () => {
      process.off('exit', kill);
      child.removeAllListeners('exit');
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
};
