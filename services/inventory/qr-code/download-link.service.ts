/** What the holder of a mailed link to a code can do: see it and save it. */
import type { ActivationCode } from '@simlane/contracts/activation-code';
import type { Sim } from '@simlane/contracts/http/fleet';
import type { Language } from '@simlane/contracts/http/primitives';
import { inAccount } from '@simlane/service-kit/postgres';
import { UnavailableError } from '@simlane/service-kit/problem';
import type { QrRequestFacts } from '../actions/catalog.ts';
import { findSim } from '../fleet/sim.repository.ts';
import { isUsable, linkDead, type StoredLink } from './link.ts';
import { countUse, findLink } from './link.repository.ts';
import { openCode, recordDisclosure } from './qr-code-section.ts';
import { findCode } from './qr-code.repository.ts';
import { msisdnOf } from './qr-request-draft.ts';
import type { UploadLinks } from './upload-link.service.ts';

export interface DownloadLink {
  readonly code: ActivationCode;
  readonly link: StoredLink;
  readonly sim: Sim;
  readonly msisdn: string | null;
  readonly language: Language;
  readonly facts: QrRequestFacts;
}

/**
 * Opens a link to a code: counted, and on the timeline of the SIM. It works as often as it is used until it ends.
 *
 * @throws ProblemError `link_dead` for every link that does not work, whatever the reason; UnavailableError
 */
export const openDownloadLink = async (
  downloads: UploadLinks,
  token: string,
  as: 'page' | 'png',
): Promise<DownloadLink> => {
  const named = downloads.links.read('qr_download', token);
  if (named === undefined) throw linkDead();
  const { accountId, linkId } = named;
  const opened = await inAccount(downloads.db, accountId, async (tx) => {
    const now = new Date();
    const link = await findLink(tx, accountId, linkId);
    if (link === undefined || link.qrCodeId === null || !isUsable(link, now)) throw linkDead();
    const code = await findCode(tx, accountId, link.qrCodeId);
    const sim = code && (await findSim(tx, { accountId }, code.simId));
    if (code?.state !== 'current' || sim === undefined || sim.state === 'discarded') throw linkDead();
    await countUse(tx, accountId, linkId, now);
    const origin = { source: 'download_link', actorId: null, causeId: linkId } as const;
    await recordDisclosure(tx, accountId, code, { origin, as });
    const { to_language: language } = await tx
      .selectFrom('qr_notification')
      .select('to_language')
      .where('account_id', '=', accountId)
      .where('link_id', '=', linkId)
      .executeTakeFirstOrThrow();
    return {
      link,
      sim,
      language,
      code: openCode(downloads, accountId, code),
      msisdn: await msisdnOf(tx, sim, accountId),
    };
  });
  const facts = await downloads.catalog.qrRequestFacts(accountId, opened.sim);
  if (!facts.known) throw new UnavailableError('The catalog', 'does not answer');
  return { ...opened, facts: facts.value };
};
