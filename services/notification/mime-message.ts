import { createTransport } from 'nodemailer';
import { addrSpec, headerField } from './header-field.ts';
import type { Mail } from './mail.ts';
import { renderMail } from './render-mail.ts';

const SENDER_NAME = 'Simlane';
/** On a mail that may have been sent before; its value is the number of the repeat. */
const REPEAT_HEADER = 'X-Simlane-Repeat';

/**
 * The MIME message of a mail to one recipient: HTML and text.
 *
 * @throws HeaderFieldError for an address that is not one addr-spec, or a name or subject that is not one plain line
 */
export const mimeMessage = async (options: {
  mail: Mail;
  from: string;
  to: { name: string; email: string };
  repeat: boolean;
}): Promise<Buffer> => {
  const { mail, from, to, repeat } = options;
  const { html, text } = renderMail(mail);
  // Makes the message and gives it back instead of sending it.
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const sent = await transport.sendMail({
    from: { name: SENDER_NAME, address: addrSpec('From', from) },
    to: { name: headerField('To', to.name), address: addrSpec('To', to.email) },
    subject: headerField('Subject', mail.subject),
    html,
    text,
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: {
      // RFC 3834: no out-of-office answers to this.
      'Auto-Submitted': 'auto-generated',
      'Content-Language': mail.language,
      ...(repeat ? { [REPEAT_HEADER]: '1' } : {}),
    },
  });
  return sent.message as Buffer;
};
