import type { AccountSource } from '../account-source.ts';

const HALDEN = 'Halden Mobile';
const TAMARISK = 'Tamarisk Telecom';
const ORRIN = 'Orrin Networks';
const CORVANE = 'Corvane Supplies';
const PELHAM = 'Pelham Business Mobile';
const BRACKLEY = 'Brackley Field Telecoms';
const EASTGATE = 'Eastgate Airtime';

/**
 * A company that maintains railways and runs regional trains. Halden has several eSIMs to choose from, Tamarisk
 * exactly one, Orrin none that can be ordered today: each of its eSIMs lacks something else.
 */
export const calderRail: AccountSource = {
  key: 'calder-rail',
  account: {
    id: '0197a3c0-0000-7000-8000-000000000001',
    name: 'Calder Rail Services',
    timeZone: 'Europe/London',
    locale: 'en',
    notificationAddress: 'fleet@calder-rail.example',
  },
  currency: 'GBP',
  iccidCountry: '44',
  mailDomain: 'calder-rail.example',
  fleetFile: new URL('./calder-rail-fleet.csv', import.meta.url),
  providers: [
    {
      name: HALDEN,
      customerNumber: 'HM-4471902',
      contractReference: 'HM/UK/2024/0311',
      iccidIssuer: '61',
      smdpAddresses: ['rsp.halden-mobile.example', 'rsp2.halden-mobile.example'],
      cutoverOn: 'processed',
      planChange: 'we_schedule',
    },
    {
      name: TAMARISK,
      customerNumber: '8830-115',
      contractReference: 'TT-BUS-20771',
      iccidIssuer: '73',
      smdpAddresses: ['smdp.tamarisk.example'],
      cutoverOn: 'processed',
      planChange: 'provider_schedules',
      timeToAcknowledge: 'P1D',
    },
    {
      name: ORRIN,
      customerNumber: 'ORR00291',
      contractReference: 'ORR-RURAL-17',
      iccidIssuer: '86',
      smdpAddresses: ['esim.orrin.example'],
      cutoverOn: 'processed',
      planChange: 'we_schedule',
      timeToProcess: 'P15D',
    },
  ],
  distributors: [
    {
      name: CORVANE,
      contacts: [
        contact('Sandra Whitlock', 'sandra.whitlock@corvane.example', true),
        contact('Dev Raman', 'dev.raman@corvane.example', true),
        contact('Accounts desk', 'accounts@corvane.example', false),
      ],
    },
    { name: PELHAM, contacts: [contact('Graham Tully', 'g.tully@pelham-business.example', false)] },
    { name: BRACKLEY, contacts: [contact('Orders', 'orders@brackley-field.example', false)] },
    {
      name: EASTGATE,
      contacts: [contact('Lena Farrow', 'lena.farrow@eastgate-airtime.example', true)],
      archivedOn: '2025-03-31',
    },
  ],
  orderPacks: [
    {
      name: 'Halden smartphone SIMs',
      articles: [
        sim('eSIM Business 20 GB', 'HM-ESIM-20', 'esim', HALDEN, CORVANE, { oneOff: 500, monthly: 1400 }),
        sim('eSIM Business Unlimited', 'HM-ESIM-UNL', 'esim', HALDEN, CORVANE, { oneOff: 500, monthly: 2600 }),
        sim('SIM card Business 20 GB, triple cut', 'HM-SIM-20', 'physical', HALDEN, CORVANE, { monthly: 1400 }),
      ],
    },
    {
      name: 'Halden telematics',
      articles: [
        sim('eSIM M2M 1 GB', 'HM-ESIM-M2M', 'esim', HALDEN, PELHAM, {
          oneOff: 300,
          monthly: 390,
          commitmentMonths: 36,
        }),
        sim('SIM card M2M 1 GB, industrial', 'HM-SIM-M2M', 'physical', HALDEN, PELHAM, {
          monthly: 390,
          commitmentMonths: 36,
        }),
      ],
    },
    {
      name: 'Tamarisk Flex',
      articles: [
        sim('eSIM Flex', 'TT-FLEX-E', 'esim', TAMARISK, CORVANE, { oneOff: 0, monthly: 1150 }),
        sim('SIM card Flex', 'TT-FLEX-P', 'physical', TAMARISK, CORVANE, { oneOff: 350, monthly: 1150 }),
        sim('eSIM Starter 2024', 'TT-START-E', 'esim', TAMARISK, CORVANE, {
          monthly: 900,
          validFrom: '2024-01-01',
          validUntil: '2024-12-31',
        }),
        {
          name: 'Galaxy XCover6 Pro with Tamarisk eSIM set up',
          code: 'TT-XC6-E',
          section: 'devices',
          provider: TAMARISK,
          distributor: CORVANE,
          oneOff: 41900,
        },
        { name: 'eSIM set-up by phone', code: 'TT-HELP-E', section: 'services', provider: TAMARISK, oneOff: 1500 },
      ],
    },
    {
      name: 'Tamarisk launch offer 2023',
      archivedOn: '2024-01-15',
      articles: [sim('eSIM Launch', 'TT-LAUNCH-E', 'esim', TAMARISK, CORVANE, { monthly: 700 })],
    },
    {
      name: 'Orrin rural coverage',
      articles: [
        sim('SIM card Rural', 'ORR-RUR-P', 'physical', ORRIN, BRACKLEY, { oneOff: 400, monthly: 1700 }),
        sim('eSIM Rural trial', 'ORR-RUR-ET', 'esim', ORRIN, BRACKLEY, { monthly: 1700, validUntil: '2025-06-30' }),
        sim('eSIM Rural', 'ORR-RUR-E', 'esim', ORRIN, BRACKLEY, { monthly: 1700, validFrom: '2031-01-01' }),
        sim('eSIM Rural (Eastgate)', 'EG-ORR-E', 'esim', ORRIN, EASTGATE, { monthly: 1800 }),
      ],
    },
    {
      name: 'Accessories',
      articles: [
        {
          name: 'SIM tray tool, 10 pieces',
          code: 'COR-TRAY-10',
          section: 'accessories',
          distributor: CORVANE,
          oneOff: 450,
        },
      ],
    },
  ],
  stock: [
    // Most of them go into trackers: what they may do is changed together.
    { provider: HALDEN, distributor: CORVANE, kind: 'physical', state: 'in_stock', count: 212 },
    { provider: TAMARISK, distributor: CORVANE, kind: 'physical', state: 'in_stock', count: 5 },
    { provider: HALDEN, distributor: CORVANE, kind: 'esim', state: 'in_stock', count: 2 },
    { provider: HALDEN, distributor: PELHAM, kind: 'physical', state: 'discarded', count: 4 },
  ],
  actionProfiles: [
    // Older than the eSIM actions: they are off until an administrator turns them on.
    { name: 'Depot staff', enabled: [], holders: ['demo-manager-limited'] },
    {
      name: 'First line only',
      enabled: [
        { action: 'switch_to_esim', slot: 1 },
        { action: 'replace_esim', slot: 1 },
        { action: 'generate_esim_qr_code', slot: 1 },
      ],
      holders: [],
    },
  ],
};

function contact(name: string, email: string, receivesQrCodeRequests: boolean) {
  return { name, email, language: 'en', receivesQrCodeRequests } as const;
}

function sim(
  name: string,
  code: string,
  simKind: 'esim' | 'physical',
  provider: string,
  distributor: string,
  terms: Pick<
    AccountSource['orderPacks'][number]['articles'][number],
    'oneOff' | 'monthly' | 'commitmentMonths' | 'validFrom' | 'validUntil'
  >,
) {
  return { name, code, section: 'sim_cards', simKind, provider, distributor, commitmentMonths: 24, ...terms } as const;
}
