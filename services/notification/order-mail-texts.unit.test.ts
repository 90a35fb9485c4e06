import { type OrderFinished, type OrderWaiting, WAITING_REASONS } from '@simlane/contracts/http/notification';
import { END_REASONS } from '@simlane/contracts/order';
import { describe, expect, it } from 'vitest';
import { renderMail } from './render-mail.ts';
import { writeMail as write } from './mail-texts.ts';

const processed: OrderFinished = {
  kind: 'order_finished',
  orderId: '01890000-0000-7000-8000-000000000001',
  orderNumber: 'ORD-2026-000042',
  action: 'switch_to_esim',
  msisdn: '+33612345678',
  outcome: 'processed',
  endReason: null,
  needsAttention: false,
};
const waiting: OrderWaiting = {
  kind: 'order_waiting',
  orderId: processed.orderId,
  orderNumber: processed.orderNumber,
  action: 'switch_to_esim',
  msisdn: processed.msisdn,
  why: 'provider_silent',
  detail: null,
};
const writeMail = (content: Parameters<typeof write>[0], recipient: Parameters<typeof write>[1]) =>
  write(content, recipient, () => null);
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
    expect(renderMail(mail).text).not.toContain('Nothing is left');
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

describe('the mail about an order that waits, in English', () => {
  it('says that the provider is silent, who looks after it, and that nothing was cancelled', () => {
    expect(writeMail(waiting, alice)).toEqual({
      language: 'en',
      subject: 'Order ORD-2026-000042: no answer from the provider about line +33 6 12 34 56 78',
      paragraphs: [
        'Hello Alice Martin,',
        'The provider has not answered in the time agreed about the switch of line +33 6 12 34 56 78 to an eSIM. It was asked, and then reminded.',
        'Simlane operations look after it. Meanwhile the old SIM serves the line as before, and nothing was cancelled.',
        'Simlane sends this message by itself to whoever placed the order.',
      ],
    });
  });

  it('says that the eSIM is not installed yet, what serves until then, and what to do', () => {
    const mail = writeMail({ ...waiting, action: 'replace_esim', why: 'installation_missing' }, alice);
    expect(mail.subject).toBe('Order ORD-2026-000042: the eSIM for line +33 6 12 34 56 78 is not installed yet');
    expect(mail.paragraphs.slice(1, -1)).toEqual([
      'The provider has delivered the eSIM for line +33 6 12 34 56 78, and it is not installed yet. Until it is, the old eSIM stays in service.',
      'Install the eSIM or, if that has happened, confirm the installation on order ORD-2026-000042.',
    ]);
  });

  it('says that the provider does not cancel, in its own words if it has any, and that the order goes on', () => {
    const refused = { ...waiting, why: 'cancellation_refused', detail: 'The card is <b>printed</b>.' } as const;
    const mail = writeMail(refused, alice);
    expect(mail.subject).toBe(
      'Order ORD-2026-000042: the provider does not cancel the switch of line +33 6 12 34 56 78 to an eSIM',
    );
    expect(mail.paragraphs.slice(1, -1)).toEqual([
      'The provider was asked to cancel the switch of line +33 6 12 34 56 78 to an eSIM and has refused.',
      'The provider says:',
      { quotation: 'The card is <b>printed</b>.' },
      'Order ORD-2026-000042 goes on. Until it is done, the old SIM serves the line.',
    ]);
    const { html } = renderMail(mail);
    expect(html).toContain('The card is &lt;b&gt;printed&lt;/b&gt;.</blockquote>');
    for (const detail of [null, '', ' \n']) {
      expect(writeMail({ ...refused, detail }, alice).paragraphs).toHaveLength(4);
    }
  });
});

describe('the mail about an order that waits, in French', () => {
  it('says that the provider is silent, who looks after it, and that nothing was cancelled', () => {
    expect(writeMail(waiting, benoit)).toEqual({
      language: 'fr',
      subject: 'Commande ORD-2026-000042\u{a0}: pas de réponse de l’opérateur pour la ligne +33 6 12 34 56 78',
      paragraphs: [
        'Bonjour Benoît Lefèvre,',
        'L’opérateur n’a pas répondu dans le délai convenu pour le passage de la ligne +33 6 12 34 56 78 à l’eSIM. Il a été interrogé, puis relancé.',
        'L’exploitation de Simlane s’en occupe. En attendant, l’ancienne carte SIM reste en service sur la ligne\u{a0}; rien n’a été annulé.',
        'Simlane envoie ce message automatiquement à la personne qui a passé la commande.',
      ],
    });
  });

  it('says that the eSIM is not installed yet, what serves until then, and what to do', () => {
    const mail = writeMail({ ...waiting, why: 'installation_missing' }, benoit);
    expect(mail.paragraphs.slice(1, -1)).toEqual([
      'L’opérateur a livré l’eSIM de la ligne +33 6 12 34 56 78, mais elle n’est pas encore installée. Jusque-là, l’ancienne carte SIM reste en service.',
      'Installez l’eSIM ou, si c’est déjà fait, confirmez l’installation sur la commande ORD-2026-000042.',
    ]);
  });

  it('says that the provider does not cancel, in its own words if it has any, and that the order goes on', () => {
    const refused = { ...waiting, action: 'replace_esim', why: 'cancellation_refused', detail: 'Trop tard.' } as const;
    expect(writeMail(refused, benoit).paragraphs.slice(1, -1)).toEqual([
      'L’opérateur, à qui il a été demandé d’annuler le remplacement de l’eSIM de la ligne +33 6 12 34 56 78, a refusé.',
      'L’opérateur indique\u{a0}:',
      { quotation: 'Trop tard.' },
      'La commande ORD-2026-000042 suit son cours. Jusqu’à son terme, l’ancienne eSIM reste en service sur la ligne.',
    ]);
  });
});

it('no two reasons to wait read the same', () => {
  for (const language of ['en', 'fr'] as const) {
    const mails = (['switch_to_esim', 'replace_esim'] as const).flatMap((action) =>
      WAITING_REASONS.map((why) => writeMail({ ...waiting, action, why }, { name: 'Alice', language })),
    );
    expect(new Set(mails.map((mail) => renderMail(mail).text)).size).toBe(mails.length);
  }
});

it('no two ends of an order read the same', () => {
  for (const language of ['en', 'fr'] as const) {
    const mails = (['switch_to_esim', 'replace_esim'] as const).flatMap((action) =>
      [null, ...END_REASONS].flatMap((endReason) =>
        [true, false].map(
          (needsAttention) =>
            renderMail(
              writeMail(
                {
                  ...processed,
                  action,
                  outcome: endReason === null ? 'processed' : 'cancelled',
                  endReason,
                  needsAttention,
                },
                { name: 'Alice', language },
              ),
            ).text,
        ),
      ),
    );
    expect(new Set(mails).size).toBe(mails.length);
  }
});
