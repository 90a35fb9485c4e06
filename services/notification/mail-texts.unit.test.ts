import { END_REASONS } from '@simlane/contracts/order';
import { describe, expect, it } from 'vitest';
import { writeMail } from './mail-texts.ts';
import type { MessageContent } from './message.ts';

const processed: MessageContent = {
  kind: 'order_finished',
  orderId: '01890000-0000-7000-8000-000000000001',
  orderNumber: 'ORD-2026-000042',
  action: 'switch_to_esim',
  msisdn: '+33612345678',
  outcome: 'processed',
  endReason: null,
  needsAttention: false,
};
const alice = { name: 'Alice Martin', language: 'en' } as const;
const benoit = { name: 'Benoît Lefèvre', language: 'fr' } as const;

describe('the mail about a finished order, in English', () => {
  it('says that a switch is done', () => {
    expect(writeMail(processed, alice)).toEqual({
      language: 'en',
      subject: 'Order ORD-2026-000042: line +33 6 12 34 56 78 now has its eSIM',
      paragraphs: [
        'Hello Alice Martin,',
        'The switch of line +33 6 12 34 56 78 to an eSIM is done.',
        'The eSIM now serves the line. The old SIM has been discarded, which cannot be undone.',
        'Nothing is left to do on order ORD-2026-000042.',
        'Simlane sends this message by itself to whoever placed the order.',
      ],
    });
  });

  it('says that a replacement is done and that something is left to do', () => {
    const mail = writeMail({ ...processed, action: 'replace_esim', needsAttention: true }, alice);
    expect(mail.subject).toBe('Order ORD-2026-000042: line +33 6 12 34 56 78 now has its new eSIM');
    expect(mail.paragraphs).toContain('The replacement of the eSIM on line +33 6 12 34 56 78 is done.');
    expect(mail.paragraphs).toContain(
      'Something is left to do: order ORD-2026-000042 shows what it is and who can do it.',
    );
    expect(mail.paragraphs.join()).not.toContain('Nothing is left');
  });

  it.each([
    ['provider', 'was cancelled by the provider', 'The provider has cancelled the switch of line'],
    ['rejected', 'was not accepted by the provider', 'The provider has not accepted the order for the switch of line'],
    ['manager', 'was cancelled', 'As a manager of your account asked, the switch of line'],
    ['operations', 'was cancelled by Simlane operations', 'Simlane operations have cancelled the switch of line'],
    [null, 'was cancelled', 'The switch of line +33 6 12 34 56 78 to an eSIM has been cancelled.'],
  ] as const)('says who ended a cancelled order: %s', (endReason, headline, cause) => {
    const mail = writeMail({ ...processed, outcome: 'cancelled', endReason }, alice);
    expect(mail.subject).toBe(`Order ORD-2026-000042: the switch of line +33 6 12 34 56 78 to an eSIM ${headline}`);
    expect(mail.paragraphs[1]).toContain(cause);
    expect(mail.paragraphs[2]).toBe('Line +33 6 12 34 56 78 keeps the SIM it has; nothing on it was changed.');
  });
});

describe('the mail about a finished order, in French', () => {
  it('says that a switch is done', () => {
    expect(writeMail(processed, benoit)).toEqual({
      language: 'fr',
      subject: 'Commande ORD-2026-000042\u{a0}: la ligne +33 6 12 34 56 78 est passée à l’eSIM',
      paragraphs: [
        'Bonjour Benoît Lefèvre,',
        'Le passage de la ligne +33 6 12 34 56 78 à l’eSIM est terminé.',
        'L’eSIM est désormais en service sur la ligne. L’ancienne carte SIM a été mise au rebut, ce qui est irréversible.',
        'Il ne reste rien à faire pour la commande ORD-2026-000042.',
        'Simlane envoie ce message automatiquement à la personne qui a passé la commande.',
      ],
    });
  });

  it.each([
    ['provider', 'est annulé par l’opérateur', 'L’opérateur a annulé le remplacement'],
    ['rejected', 'est refusé par l’opérateur', 'L’opérateur a refusé la commande pour le remplacement'],
    ['manager', 'est annulé', 'À la demande d’un gestionnaire de votre compte, le remplacement'],
    ['operations', 'est annulé par l’exploitation de Simlane', 'L’exploitation de Simlane a annulé le remplacement'],
  ] as const)('says who ended a cancelled order: %s', (endReason, headline, cause) => {
    const cancelled = { ...processed, action: 'replace_esim', outcome: 'cancelled', endReason } as const;
    const mail = writeMail({ ...cancelled, needsAttention: true }, benoit);
    expect(mail.subject).toContain(`le remplacement de l’eSIM de la ligne +33 6 12 34 56 78 ${headline}`);
    expect(mail.paragraphs[1]).toContain(cause);
    expect(mail.paragraphs[2]).toContain('conserve sa SIM actuelle');
    expect(mail.paragraphs[3]).toContain('Il reste quelque chose à faire');
  });
});

it('no two ends of an order read the same', () => {
  for (const language of ['en', 'fr'] as const) {
    const mails = (['switch_to_esim', 'replace_esim'] as const).flatMap((action) =>
      [null, ...END_REASONS].flatMap((endReason) =>
        [true, false].map((needsAttention) =>
          writeMail(
            {
              ...processed,
              action,
              outcome: endReason === null ? 'processed' : 'cancelled',
              endReason,
              needsAttention,
            },
            { name: 'Alice', language },
          ).paragraphs.join(),
        ),
      ),
    );
    expect(new Set(mails).size).toBe(mails.length);
  }
});
