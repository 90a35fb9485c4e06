import type { AuditReport } from './audit.ts';
import { type Finding, INVARIANTS } from './finding.ts';

export const findingLine = ({ invariant, state, accountId, orderId, what }: Finding): string =>
  [
    `${invariant} ${state}`,
    ...(accountId === null ? [] : [`account ${accountId}`]),
    ...(orderId === null ? [] : [`order ${orderId}`]),
    what,
  ].join(' · ');

/** A line for each invariant, then one for each finding. */
export const reportText = ({ findings, looked }: AuditReport): string => {
  const invariants = Object.entries(INVARIANTS).map(([number, name]) => {
    const found = findings.filter(({ invariant }) => String(invariant) === number);
    const wrong = found.filter(({ state }) => state !== 'stuck').length;
    return `  ${number}  ${name}: ${wrong === 0 ? 'holds' : `${wrong} wrong`}`;
  });
  const { orders, facts, signals, qrCodes, mails, services } = looked;
  const seen = `${orders} orders, ${facts} facts, ${signals} signals, ${qrCodes} QR codes, ${mails} mails, ${services} SIMs with services`;
  return [seen, ...invariants, ...findings.map((one) => `  ${findingLine(one)}`)].join('\n');
};
