import {
  QR_CODE_REQUEST_WORKFLOW,
  QR_REQUEST_CHANGED_SIGNAL,
  type QrCodeRequestInput,
  qrCodeRequestWorkflowId,
} from '@simlane/contracts/qr-code-request';
import { createDurableWorkflow } from '@simlane/service-kit/durable-workflow';
import type { Temporal } from '@simlane/service-kit/temporal';
import type { QrRequestWorkflow } from './qr-request-workflow.ts';

/** The workflow over Temporal. */
export const createTemporalQrRequestWorkflow = (options: {
  temporal: Pick<Temporal, 'client'>;
  taskQueue: string;
}): QrRequestWorkflow => {
  const workflow = createDurableWorkflow<QrCodeRequestInput>({
    ...options,
    type: QR_CODE_REQUEST_WORKFLOW,
    signal: QR_REQUEST_CHANGED_SIGNAL,
  });
  return {
    wake: ({ accountId, requestId }, { again }) =>
      workflow.wake(
        {
          workflowId: qrCodeRequestWorkflowId(requestId),
          input: { accountId, requestId },
          summary: 'Request for an eSIM QR code',
          details: `Request ${requestId}. Decisions about it are made through the inventory API.`,
          searchAttributes: { AccountId: accountId },
        },
        { signals: [[]], again },
      ),
  };
};
