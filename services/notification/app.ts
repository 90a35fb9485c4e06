import type { Logger } from '@simlane/service-kit/logger';
import { checkPool } from '@simlane/service-kit/postgres';
import { buildInternalServer, buildServer } from '@simlane/service-kit/server';
import type { TokenVerifier } from '@simlane/service-kit/tokens';
import type { FastifyInstance } from 'fastify';
import type { Db } from './database.ts';
import type { MailMaker } from './mail-maker.ts';
import { addMessageRoutes } from './message.routes.ts';
import { addSesEventRoutes } from './ses-events/ses-event.routes.ts';
import type { SigningCertificates } from './ses-events/signing-certificates.ts';

const DESCRIPTION = 'Messages to people: what was sent to whom, and what became of it.';

interface Dependencies {
  readonly db: Db;
  readonly logger: Logger;
  readonly tokens: TokenVerifier;
  readonly mails: MailMaker;
  /** The one topic whose messages count, and where its certificates are. */
  readonly topicArn: string;
  readonly certificates: SigningCertificates;
  /** Called after something has become due and is committed. */
  readonly onDue: () => void;
  readonly readOnly?: boolean;
  readonly checkAnswers?: boolean;
  readonly callsPerMinute?: number | 'off';
  readonly pressure?: 'shed' | 'off';
}

/** Notification, ready to listen: the public API and the internal one. */
export const buildApp = async (
  dependencies: Dependencies,
): Promise<{ public: FastifyInstance; internal: FastifyInstance }> => {
  const { db } = dependencies;
  const options = {
    ...dependencies,
    name: 'notification',
    description: DESCRIPTION,
    ready: { postgres: checkPool(db.pool) },
  };
  const app = { public: await buildServer(options), internal: await buildInternalServer(options) };
  addMessageRoutes(app, dependencies);
  addSesEventRoutes(app, dependencies);
  return app;
};
