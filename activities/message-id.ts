import { createHash } from 'node:crypto';

/** The id of the message that tells the end of an order: the same for the same order, so that telling twice is telling once. */
export const managerMessageId = (orderId: string): string => messageId(`sim-replacement/${orderId}:manager-told`);

/** The id of the message that a notice becomes: the same for the same fact. */
export const noticeMessageId = (factId: string): string => messageId(`notice/${factId}`);

/** A UUID of version 8 (RFC 9562 §5.8) made of what the message is for. */
const messageId = (purpose: string): string => {
  const bytes = createHash('sha256').update(purpose).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
