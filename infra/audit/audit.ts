import { setTimeout as sleep } from 'node:timers/promises';
import type { StackInfo } from '../local/stack-info.ts';
import { checkAccounts } from './accounts.ts';
import { checkDue } from './due.ts';
import type { Finding } from './finding.ts';
import { checkFiles } from './files.ts';
import { checkFleet } from './fleet.ts';
import { checkHistory } from './history.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { checkMails } from './mails.ts';
import { checkQrHistory, checkQrWork } from './qr-requests.ts';
import { checkServiceChangesTaken, checkServices, checkServicesWork } from './sim-services.ts';
import { checkSignals } from './signals.ts';
import type { Snapshot } from './snapshot.ts';
import { checkSubmissions } from './submissions.ts';
import { checkUnfinished } from './unfinished.ts';

export interface AuditReport {
  readonly findings: readonly Finding[];
  /** How much was looked at: an audit of nothing finds nothing. */
  readonly looked: {
    readonly orders: number;
    readonly facts: number;
    readonly signals: number;
    readonly qrCodes: number;
    readonly mails: number;
    /** SIMs of which something was wanted. */
    readonly services: number;
  };
}

/** Checks the invariants, as they stand at this moment. Rejects when a part of the stack cannot be read. */
export const audit = async (stack: StackInfo): Promise<AuditReport> => {
  const snapshot = await loadSnapshot(stack);
  return {
    findings: findingsIn(snapshot, new Date(stack.startedAt)),
    looked: {
      orders: snapshot.order.orders.length,
      facts: snapshot.order.facts.length,
      signals: snapshot.order.signals.length,
      qrCodes: snapshot.inventory.qrCodes.length,
      mails: snapshot.mails.length,
      services: snapshot.inventory.services.length,
    },
  };
};

/** @param mailboxSince when the mailbox began to keep mails */
export const findingsIn = (snapshot: Snapshot, mailboxSince: Date): Finding[] => [
  ...checkSubmissions(snapshot),
  ...checkServiceChangesTaken(snapshot),
  ...checkSignals(snapshot),
  ...checkFleet(snapshot),
  ...checkMails(snapshot, mailboxSince),
  ...checkFiles(snapshot),
  ...checkDue(snapshot),
  ...checkAccounts(snapshot),
  ...checkHistory(snapshot),
  ...checkQrHistory(snapshot),
  ...checkUnfinished(snapshot),
  ...checkQrWork(snapshot),
  ...checkServicesWork(snapshot),
  ...checkServices(snapshot),
];

/** Wrong at this moment; what is stuck is shown, and for a person. */
export const wrong = ({ findings }: AuditReport): readonly Finding[] =>
  findings.filter(({ state }) => state !== 'stuck');

export interface Settled {
  readonly green: boolean;
  /** The last look. */
  readonly report: AuditReport;
  /** Until the look that found nothing began, or until it was given up. */
  readonly tookMs: number;
}

const LOOK_EVERY_MS = 250;

/**
 * Looks again and again until nothing is wrong. Something broken ends it at once; something settling, or a part that
 * cannot be read, when the time is over.
 */
export const auditUntilGreen = async (stack: StackInfo, { withinMs }: { withinMs: number }): Promise<Settled> => {
  const began = performance.now();
  for (;;) {
    const tookMs = performance.now() - began;
    const isLast = tookMs >= withinMs;
    const report = await audit(stack).catch((error: unknown) => {
      if (isLast) throw error;
    });
    if (report !== undefined) {
      const now = wrong(report);
      if (now.length === 0) return { green: true, report, tookMs };
      if (isLast || now.some(({ state }) => state === 'broken')) return { green: false, report, tookMs };
    }
    await sleep(LOOK_EVERY_MS);
  }
};
