import { namedUuid } from '@simlane/service-kit/named-uuid';

/** The id of the message that tells the end of an order: the same for the same order, so that telling twice is telling once. */
export const managerMessageId = (orderId: string): string => namedUuid(`sim-replacement/${orderId}:manager-told`);

/** The id of the message that a notice becomes: the same for the same fact. */
export const noticeMessageId = (factId: string): string => namedUuid(`notice/${factId}`);
