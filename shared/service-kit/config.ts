import { z } from 'zod';
import { LOG_LEVELS } from './logger.ts';

/** The environment does not fit; the message lists every variable at fault by name, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly variables: readonly string[];

  constructor(faults: ReadonlyMap<string, string>) {
    const lines = [...faults].map(([variable, expectation]) => `  ${variable}: ${expectation}`);
    super(`The configuration is not complete:\n${lines.join('\n')}`);
    this.variables = [...faults.keys()];
  }
}

/**
 * Reads and checks the environment once. A variable that is set to nothing counts as not set. Variables that the
 * schema does not name are ignored.
 *
 * @throws ConfigError with all faults at once
 */
export const readConfig = <S extends z.ZodObject>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<S> => {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== '') given[name] = value;
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = new Map<string, string>();
  for (const issue of result.error.issues) {
    const variable = String(issue.path[0] ?? '(all)');
    if (!faults.has(variable))
      faults.set(variable, describeFault(schema, variable, given[variable] === undefined, issue));
  }
  throw new ConfigError(faults);
};

const describeFault = (schema: z.ZodObject, variable: string, missing: boolean, issue: z.core.$ZodIssue): string => {
  const purpose = (schema.shape[variable] as z.ZodType | undefined)?.description;
  // Zod's own messages name what was expected and never the value that was given; a refinement's message is ours.
  const fault = missing && issue.code !== 'custom' ? 'is not set' : issue.message;
  return purpose === undefined ? fault : `${fault} (${purpose})`;
};

const HIGHEST_PORT = 65_535;
const port = z.coerce.number().int().min(0).max(HIGHEST_PORT);
const httpUrl = z.url({ protocol: /^https?$/ });
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

/** Variables that every service reads; spread into the service's own `z.object({ ... })`. Secrets have no default. */
export const serviceEnvironment = {
  SIMLANE_ENV: z.enum(['local', 'production']).describe('which kind of installation this is'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('the least severe line that is written'),
  HOST: z.string().default('127.0.0.1').describe('the address to listen on'),
  PORT: port.describe('the port of the public API'),
  INTERNAL_PORT: port.describe('the port of the internal API'),
  DATABASE_URL: postgresUrl.describe('PostgreSQL as the role of the service, which owns nothing'),
  MIGRATION_DATABASE_URL: postgresUrl.describe('PostgreSQL as the role that owns the tables'),
  OIDC_ISSUER: httpUrl.describe('the issuer of all tokens, exactly as in their claim iss'),
  OIDC_JWKS_URL: httpUrl.describe('where the issuer publishes its keys'),
  OIDC_TOKEN_URL: httpUrl.describe('where this service gets its own tokens'),
  SERVICE_CLIENT_ID: z.string().describe('the client id of this service at the issuer'),
  SERVICE_CLIENT_SECRET: z.string().describe('the client secret of this service at the issuer'),
  READ_ONLY: z
    .stringbool()
    .default(false)
    .describe('whether nothing may change: writes are refused, and nothing owed is carried out'),
  SEEDING: z.enum(['allowed', 'refused']).default('refused').describe('whether example data may be written'),
} as const;

/** Variables of whoever speaks to Temporal. */
export const temporalEnvironment = {
  TEMPORAL_ADDRESS: z.string().min(1).describe('host:port of the Temporal server'),
  TEMPORAL_NAMESPACE: z.string().min(1).describe('Temporal namespace'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).describe('the one task queue'),
} as const;

/** Example data never meets a production installation: refuses the combination, for `.superRefine(refuseUnsafe)`. */
export const refuseSeedingInProduction = (
  config: { SIMLANE_ENV: 'local' | 'production'; SEEDING: 'allowed' | 'refused' },
  context: z.core.$RefinementCtx,
): void => {
  if (config.SIMLANE_ENV === 'production' && config.SEEDING === 'allowed') {
    context.addIssue({
      code: 'custom',
      path: ['SEEDING'],
      message: 'must be "refused" where SIMLANE_ENV is "production"',
    });
  }
};
