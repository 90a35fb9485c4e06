import { readConfig, refuseSeedingInProduction, serviceEnvironment } from '@simlane/service-kit/config';
import { z } from 'zod';

const environmentSchema = z.object(serviceEnvironment).superRefine(refuseSeedingInProduction);

type Config = z.output<typeof environmentSchema>;

/** @throws ConfigError naming every variable at fault */
export const readCatalogConfig = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(environmentSchema, environment);
