import { createHash } from 'node:crypto';
import { writeActivationCode } from '@simlane/contracts/activation-code';

/** Of the sandbox's SM-DP+, which does not exist; the seed's providers are known to use it. */
export const SANDBOX_SMDP_ADDRESS = 'rsp.sandbox.example';
/** Groups of four, which are read aloud without mistakes. */
const GROUP = /.{4}/g;
const MATCHING_ID_CHARACTERS = 16;

/**
 * The activation code that a provider gives the eSIM of an order, as it is typed: in capitals, without a prefix. The
 * same order always gets the same one.
 */
export const activationCodeOfOrder = ({ providerId, orderId }: { providerId: string; orderId: string }): string => {
  const digest = createHash('sha256').update(`${providerId}/${orderId}/activation-code`).digest('hex').toUpperCase();
  const matchingId = digest.slice(0, MATCHING_ID_CHARACTERS).match(GROUP)?.join('-') ?? digest;
  return writeActivationCode({
    smdpAddress: SANDBOX_SMDP_ADDRESS.toUpperCase(),
    matchingId,
    smdpOid: null,
    confirmationCodeRequired: false,
  });
};
