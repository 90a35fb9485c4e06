import type { ReceivedRequest } from './control-api.ts';

/** More than any test makes; older requests are forgotten, so that a long bench does not fill the memory. */
const REQUESTS_KEPT = 20_000;

/** What came in at the providers' side, the newest last. Of this run only: the accepted orders are what lasts. */
export interface RequestLog {
  /** Notes a request before it is answered; the function that comes back notes the status of the answer. */
  received(request: Omit<ReceivedRequest, 'number' | 'at' | 'status'>): (status: number) => void;
  list(): readonly ReceivedRequest[];
}

export const createRequestLog = (): RequestLog => {
  const requests: { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] }[] = [];
  let number = 0;
  return {
    received: (request) => {
      number += 1;
      const entry = { number, at: new Date().toISOString(), ...request, status: null as number | null };
      requests.push(entry);
      if (requests.length > REQUESTS_KEPT) requests.shift();
      return (status) => {
        entry.status = status;
      };
    },
    list: () => requests,
  };
};
