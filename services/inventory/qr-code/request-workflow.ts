import type { StoredRequest } from './qr-request.ts';

/** The workflows that carry requests and notifications, as inventory wakes them. A repeat is harmless. */
export interface QrCodeWorkflows {
  /** @param options.again it was woken before and nothing came of it */
  wakeRequest(request: StoredRequest, options: { readonly again: boolean }): Promise<void>;
  wakeNotification(
    notification: { readonly accountId: string; readonly id: string },
    options: { readonly again: boolean },
  ): Promise<void>;
}
