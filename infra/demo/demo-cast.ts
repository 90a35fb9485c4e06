import type { SandboxControl } from '../provider-sandbox/control-client.ts';
import type { PublicApi } from './public-api.ts';

/** Who and what takes part in a story. */
export interface DemoCast {
  readonly manager: { readonly name: string; readonly email: string; readonly language: 'en' | 'fr' };
  /** The services as the manager sees them. */
  readonly api: PublicApi;
  /** The services as somebody of the account sees them who may only read, if there is such a user. */
  readonly viewer?: PublicApi;
  /** The provider's side. */
  readonly sandbox: SandboxControl;
  /** The page of the local mailbox. */
  readonly mailboxUrl: string;
  /** The page of a workflow in the Temporal UI. */
  readonly workflowPage: (workflowId: string) => string;
}

/** Who takes part where it is about what SIMs may do. */
export interface ServiceCast extends DemoCast {
  /** The services as an administrator of the account sees them. */
  readonly administrator: PublicApi;
  /** Moves on the calendar by which plans are due. */
  readonly moveCalendarTo: (at: Date) => void;
}
