import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const SERVICES = ['catalog', 'inventory', 'order', 'notification'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Who may ask for a service token: each service, the worker, the seed. */
export const SERVICE_CLIENTS = [...SERVICES, 'worker', 'seed'].map((name) => `simlane-${name}`);

const SECRET_BYTES = 24;
/** AES-256 and HMAC-SHA-256. */
const KEY_BYTES = 32;
const RSA_BITS = 2048;

/** All secrets of one local stack: random, made once a state folder, never leaving this machine. */
export interface LocalSecrets {
  /** client_secret by client_id. */
  readonly clients: Readonly<Record<string, string>>;
  readonly postgresPassword: string;
  readonly databases: Readonly<Record<ServiceName, { readonly app: string; readonly owner: string }>>;
  /** `<keyId>:<base64 of 32 bytes>`, as SEALING_KEYS. */
  readonly sealingKeys: string;
  /** The same, as LINK_KEYS. */
  readonly linkKeys: string;
  readonly objectStore: { readonly accessKey: string; readonly secretKey: string };
  readonly sandboxControlToken: string;
  readonly openId: { readonly cookieKey: string; readonly signingKey: JsonWebKey };
}

const secretsFile = (stateFolder: string): string => path.join(stateFolder, 'secrets.json');

/** Whether a stack was started in the state folder before. */
export const hasSecrets = (stateFolder: string): boolean => existsSync(secretsFile(stateFolder));

/**
 * Reads the secrets of a state folder, or makes them on its first use; what an older one lacks is added. The file is
 * its owner's alone.
 */
export function readOrMakeSecrets(stateFolder: string): LocalSecrets {
  const file = secretsFile(stateFolder);
  const kept = hasSecrets(stateFolder) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<LocalSecrets>) : {};
  if (isWhole(kept)) return kept;
  const secrets = { ...makeSecrets(), ...kept };
  const draft = `${file}.draft`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
  return secrets;
}

/** The newest of them is there, and so are all. */
function isWhole(secrets: Partial<LocalSecrets>): secrets is LocalSecrets {
  return secrets.linkKeys !== undefined;
}

function makeSecrets(): LocalSecrets {
  const passwords = () => ({ app: random(), owner: random() });
  return {
    clients: Object.fromEntries(SERVICE_CLIENTS.map((client) => [client, random()])),
    postgresPassword: random(),
    databases: { catalog: passwords(), inventory: passwords(), order: passwords(), notification: passwords() },
    sealingKeys: makeKeyRing(),
    linkKeys: makeKeyRing(),
    objectStore: { accessKey: random(), secretKey: random() },
    sandboxControlToken: random(),
    openId: { cookieKey: random(), signingKey: makeSigningKey() },
  };
}

function makeKeyRing(): string {
  return `local-1:${randomBytes(KEY_BYTES).toString('base64')}`;
}

function makeSigningKey(): JsonWebKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: random() };
}

/** Safe in URLs, headers and connection strings as it is. */
function random(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
