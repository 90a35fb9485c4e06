import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, readConfig, refuseSeedingInProduction, serviceEnvironment } from './config.ts';

const schema = z
  .object({ ...serviceEnvironment, API_SECRET: z.string().min(32).describe('shared with the carrier') })
  .superRefine(refuseSeedingInProduction);

const GOOD = {
  SIMLANE_ENV: 'production',
  PORT: '4001',
  INTERNAL_PORT: '4002',
  DATABASE_URL: 'postgres://app:hunter2@127.0.0.1/db',
  MIGRATION_DATABASE_URL: 'postgresql://owner:hunter2@127.0.0.1/db',
  OIDC_ISSUER: 'https://issuer.example.com',
  OIDC_JWKS_URL: 'https://issuer.example.com/jwks',
  OIDC_TOKEN_URL: 'https://issuer.example.com/token',
  SERVICE_CLIENT_ID: 'simlane-test',
  SERVICE_CLIENT_SECRET: 'hunter2',
  API_SECRET: 'x'.repeat(32),
};

const errorFor = (environment: Record<string, string | undefined>): ConfigError => {
  try {
    readConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no error');
};

describe('readConfig', () => {
  it('gives typed values and defaults, and ignores what it does not know', () => {
    const config = readConfig(schema, { ...GOOD, PATH: '/bin' });
    expect(config).toMatchObject({
      PORT: 4001,
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      SEEDING: 'refused',
      READ_ONLY: false,
    });
    expect(readConfig(schema, { ...GOOD, READ_ONLY: '1' }).READ_ONLY).toBe(true);
    expect(config).not.toHaveProperty('PATH');
  });

  it('names every wrong variable at once, with what is expected and without its value', () => {
    const error = errorFor({
      ...GOOD,
      PORT: 'hunter2',
      API_SECRET: 'hunter2',
      SIMLANE_ENV: 'hunter2',
      OIDC_ISSUER: ' ',
      DATABASE_URL: 'mysql://hunter2',
    });
    expect(error.variables.toSorted()).toEqual(['API_SECRET', 'DATABASE_URL', 'OIDC_ISSUER', 'PORT', 'SIMLANE_ENV']);
    expect(error.message).toContain('OIDC_ISSUER: is not set');
    expect(error.message).toContain('shared with the carrier');
    expect(error.message).not.toContain('hunter2');
  });

  it('has no default for any secret or address', () => {
    expect(errorFor({}).variables.toSorted()).toEqual(Object.keys(GOOD).toSorted());
  });

  it('refuses example data in production', () => {
    expect(errorFor({ ...GOOD, SEEDING: 'allowed' }).variables).toEqual(['SEEDING']);
    expect(readConfig(schema, { ...GOOD, SIMLANE_ENV: 'local', SEEDING: 'allowed' }).SEEDING).toBe('allowed');
  });
});
