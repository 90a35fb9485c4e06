import type { QrCodeRequestInput } from '@simlane/contracts/qr-code-request';

/** The workflow that carries a request for a QR code. */
export interface QrRequestWorkflow {
  /**
   * It runs, and looks again at where its request stands.
   *
   * @param again it was woken before and nothing came of it
   */
  wake(request: QrCodeRequestInput, options: { again: boolean }): Promise<void>;
}
