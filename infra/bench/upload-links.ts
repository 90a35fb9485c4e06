/** Upload links to measure uploads with: accounts of the bench's own, each with eSIMs whose QR codes have been asked for. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { InventorySeed } from '@simlane/contracts/http/inventory-internal';
import { createMailedLinks, linkPath } from '@simlane/service-kit/mailed-link';
import { Client } from 'pg';
import { signCallers } from '../local/callers.ts';
import { readOrMakeSecrets } from '../local/secrets.ts';
import type { StackInfo } from '../local/stack-info.ts';
import { iccidOf, imeiOf, seedId } from '../seed/made-up-identifiers.ts';
import { putAccount } from '../seed/put-account.ts';
import { createHttpCalls } from './http-calls.ts';
import { inFlight } from './in-flight.ts';

/** Of the codes that are uploaded: the provider is known to use it, so none of them waits for a user. */
export const SMDP_ADDRESS = 'smdp.bench.example';
const REQUESTS_AT_ONCE = 8;
/** Each request has a workflow and a mail. */
const MAILED_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 500;

/** The URLs of one account's upload links, each for another SIM. */
export type AccountLinks = readonly string[];

/** Resolves when every request has been mailed, so that none of that goes on beside what is measured. */
export async function prepareUploadLinks(
  info: StackInfo,
  { accounts, simsEach }: { readonly accounts: number; readonly simsEach: number },
): Promise<readonly AccountLinks[]> {
  const ids = Array.from({ length: accounts }, (_none, index) => seedId('uploads', String(index)));
  for (const accountId of ids) {
    await putAccount(info, { catalog: catalogOf(accountId), fleet: fleetOf(accountId, simsEach) });
  }
  for (const accountId of ids) await requestCodes(info, accountId, simsEach);
  return readLinks(info, ids, simsEach);
}

const catalogOf = (accountId: string): CatalogSeed => ({
  account: {
    id: accountId,
    name: 'Bench Works',
    timeZone: 'Europe/London',
    locale: 'en',
    notificationAddress: 'fleet@bench-works.example',
  },
  providers: [
    {
      id: seedId(accountId, 'provider'),
      name: 'Bench Mobile',
      customerNumber: 'B-1',
      contractReference: null,
      timeToAcknowledge: 'P2D',
      timeToProcess: 'P10D',
      cutoverOn: 'processed',
      billingZone: 'Europe/London',
      planChange: 'we_schedule',
      serviceChangesPerMinute: 6_000,
      smdpAddresses: [SMDP_ADDRESS],
      archivedAt: null,
    },
  ],
  distributors: [
    {
      id: seedId(accountId, 'distributor'),
      name: 'Bench Supplies',
      archivedAt: null,
      contacts: [
        {
          id: seedId(accountId, 'contact'),
          name: 'eSIM desk',
          email: 'esim@bench-supplies.example',
          language: 'en',
          roles: ['esim_qr_code'],
        },
      ],
    },
  ],
  orderPacks: [],
  servicePacks: [],
  ratePlans: [],
  serviceProfiles: [],
});

const simOf = (accountId: string, number: number): string => seedId(accountId, 'sim', String(number));

const fleetOf = (accountId: string, sims: number): InventorySeed => {
  const numbers = Array.from({ length: sims }, (_none, number) => number);
  const providerId = seedId(accountId, 'provider');
  const device = (number: number) => seedId(accountId, 'device', String(number));
  return {
    employees: [],
    managementGroups: [],
    sims: numbers.map((number) => ({
      id: simOf(accountId, number),
      kind: 'esim',
      state: 'active',
      providerId,
      distributorId: seedId(accountId, 'distributor'),
      iccid: iccidOf('44', '92', `${accountId}/${number}`),
      eid: null,
      employeeId: null,
      groupIds: [],
    })),
    devices: numbers.map((number) => ({
      id: device(number),
      make: 'Make',
      model: 'Model',
      imei1: imeiOf('35000000', `${accountId}/${number}`, 1),
      imei2: null,
      eid: null,
      esimCapable: 'yes',
      employeeId: null,
    })),
    lines: numbers.map((number) => ({
      id: seedId(accountId, 'line', String(number)),
      msisdn: `+4477008${String(number).padStart(5, '0')}`,
      providerId,
      deviceId: device(number),
      slot: 1,
      employeeId: null,
      simId: simOf(accountId, number),
    })),
    actionProfiles: [],
  };
};

async function requestCodes(info: StackInfo, accountId: string, sims: number): Promise<void> {
  const tokens = await signCallers(info, accountId);
  const http = createHttpCalls(REQUESTS_AT_ONCE);
  const simIds = Array.from({ length: sims }, (_none, number) => simOf(accountId, number));
  await inFlight(REQUESTS_AT_ONCE, simIds, async (simId, index) => {
    await http.call({
      method: 'POST',
      url: `${info.services.inventory.url}/inventory/v1/qr-requests`,
      headers: { authorization: `Bearer ${tokens[index % tokens.length]}`, 'idempotency-key': randomUUID() },
      body: JSON.stringify({ simId }),
    });
  });
  http.close();
}

/** The links as their mails have them, made from the stack's own keys. */
async function readLinks(
  info: StackInfo,
  accountIds: readonly string[],
  simsEach: number,
): Promise<readonly AccountLinks[]> {
  const links = createMailedLinks(readOrMakeSecrets(info.stateFolder).linkKeys);
  const database = new Client({
    connectionString: info.postgres.adminUrl.replace(/\/postgres$/, '/simlane_inventory'),
  });
  await database.connect();
  try {
    const found: AccountLinks[] = [];
    for (const accountId of accountIds) {
      const linkIds = await mailedLinkIds(database, accountId, simsEach);
      found.push(
        linkIds.map((linkId) => {
          const token = links.tokenOf('qr_upload', { accountId, linkId });
          return `${info.services.inventory.url}${linkPath('qr_upload', token)}`;
        }),
      );
    }
    return found;
  } finally {
    await database.end();
  }
}

async function mailedLinkIds(database: Client, accountId: string, expected: number): Promise<string[]> {
  const until = performance.now() + MAILED_WITHIN_MS;
  for (;;) {
    const { rows } = await database.query<{ id: string }>(
      `select link.id from qr_link link join qr_request request
         on request.account_id = link.account_id and request.id = link.request_id
       where link.account_id = $1 and request.state = 'open' and request.sent_at is not null`,
      [accountId],
    );
    if (rows.length >= expected) return rows.map(({ id }) => id);
    if (performance.now() > until) throw new Error(`Of ${expected} requests, ${rows.length} were mailed in time`);
    await sleep(LOOK_EVERY_MS);
  }
}
