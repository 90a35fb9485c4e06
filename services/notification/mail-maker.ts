import { type LinkPurpose, linkPath, type MailedLinks } from '@simlane/service-kit/mailed-link';
import { writeMail } from './mail-texts.ts';
import type { MessageContent, MessageRecipient } from './message.ts';
import { mimeMessage } from './mime-message.ts';

/** Makes the mail of a message for one recipient, each time anew: what it holds is stored nowhere. */
export interface MailMaker {
  readonly from: string;
  /** @throws HeaderFieldError, MissingLinkError for what no mail can be made of */
  make(
    accountId: string,
    content: MessageContent,
    recipient: MessageRecipient,
    options: { readonly repeat: boolean },
  ): Promise<Buffer>;
}

export const createMailMaker = (options: {
  from: string;
  links: MailedLinks;
  /** Where mailed links lead; without a slash at its end. */
  inventoryUrl: string;
}): MailMaker => {
  const { from, links, inventoryUrl } = options;
  return {
    from,
    make: (accountId, content, recipient, { repeat }) => {
      const { linkId } = recipient;
      const linkTo = (purpose: LinkPurpose): string | null =>
        linkId === null ? null : `${inventoryUrl}${linkPath(purpose, links.tokenOf(purpose, { accountId, linkId }))}`;
      return mimeMessage({ mail: writeMail(content, recipient, linkTo), from, to: recipient, repeat });
    },
  };
};
