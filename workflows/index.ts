/** What the worker can run. One story a file. */
export { qrCodeNotification } from './qr-code-notification.workflow.ts';
export { qrCodeRequest } from './qr-code-request.workflow.ts';
export { scheduledPlans } from './scheduled-plans.workflow.ts';
export { serviceRollout } from './service-rollout.workflow.ts';
export { serviceReconciliation } from './service-reconciliation.workflow.ts';
export { simReplacement } from './sim-replacement.workflow.ts';
export { simServices } from './sim-services.workflow.ts';
