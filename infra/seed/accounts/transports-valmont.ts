import type { AccountSource } from '../account-source.ts';

const HALDEN = 'Halden Mobile';
const TAMARISK = 'Tamarisk Telecom';
const ARDOISE = 'Ardoise Mobile';
const LORMEL = 'Lormel Distribution';
const BERTHIER = 'Berthier Conseil Mobile';

/**
 * A haulier in France. Halden and Tamarisk serve Calder Rail too: as providers of this account they are others. At
 * Ardoise a line keeps its old SIM until the eSIM is installed.
 */
export const transportsValmont: AccountSource = {
  key: 'transports-valmont',
  account: {
    id: '0197a3c0-0000-7000-8000-000000000002',
    name: 'Transports Valmont',
    timeZone: 'Europe/Paris',
    locale: 'fr',
    notificationAddress: 'flotte@transports-valmont.example',
  },
  currency: 'EUR',
  iccidCountry: '33',
  mailDomain: 'transports-valmont.example',
  fleetFile: new URL('./transports-valmont-fleet.csv', import.meta.url),
  providers: [
    {
      name: HALDEN,
      customerNumber: 'HM-FR-20418',
      contractReference: 'HM/FR/2025/0096',
      iccidIssuer: '61',
      smdpAddresses: ['rsp.halden-mobile.example'],
      cutoverOn: 'processed',
      planChange: 'we_schedule',
    },
    {
      name: TAMARISK,
      customerNumber: '3310-877',
      contractReference: 'TT-FR-1032',
      iccidIssuer: '73',
      smdpAddresses: ['smdp.tamarisk.example'],
      cutoverOn: 'processed',
      planChange: 'provider_schedules',
    },
    {
      name: ARDOISE,
      customerNumber: 'ARD-55210',
      contractReference: 'ARD/2025/TV-08',
      iccidIssuer: '48',
      smdpAddresses: ['rsp.ardoise-mobile.example'],
      cutoverOn: 'installed',
      planChange: 'we_schedule',
    },
  ],
  distributors: [
    {
      name: LORMEL,
      contacts: [
        {
          name: 'Mathilde Roche',
          email: 'mathilde.roche@lormel.example',
          language: 'fr',
          receivesQrCodeRequests: true,
        },
        { name: 'Peter Lang', email: 'peter.lang@lormel.example', language: 'en', receivesQrCodeRequests: true },
      ],
    },
    {
      name: BERTHIER,
      contacts: [
        {
          name: 'Service commandes',
          email: 'commandes@berthier-conseil.example',
          language: 'fr',
          receivesQrCodeRequests: false,
        },
      ],
    },
  ],
  orderPacks: [
    {
      name: 'Cartes SIM Halden',
      articles: [
        {
          name: 'eSIM Pro 40 Go',
          code: 'HMFR-ESIM-40',
          section: 'sim_cards',
          simKind: 'esim',
          provider: HALDEN,
          distributor: LORMEL,
          oneOff: 600,
          monthly: 1590,
          commitmentMonths: 12,
        },
        {
          name: 'eSIM Pro illimitée',
          code: 'HMFR-ESIM-ILL',
          section: 'sim_cards',
          simKind: 'esim',
          provider: HALDEN,
          distributor: LORMEL,
          oneOff: 600,
          monthly: 2890,
          commitmentMonths: 24,
        },
        {
          name: 'Carte SIM Pro 40 Go',
          code: 'HMFR-SIM-40',
          section: 'sim_cards',
          simKind: 'physical',
          provider: HALDEN,
          distributor: LORMEL,
          monthly: 1590,
          commitmentMonths: 12,
        },
      ],
    },
    {
      name: 'Tamarisk Télématique',
      articles: [
        {
          name: 'eSIM M2M 500 Mo',
          code: 'TTFR-M2M-E',
          section: 'sim_cards',
          simKind: 'esim',
          provider: TAMARISK,
          distributor: BERTHIER,
          monthly: 350,
          commitmentMonths: 36,
        },
      ],
    },
    {
      name: 'Ardoise Flotte',
      articles: [
        {
          name: 'eSIM Flotte 60 Go',
          code: 'ARD-FLOTTE-E',
          section: 'sim_cards',
          simKind: 'esim',
          provider: ARDOISE,
          distributor: LORMEL,
          oneOff: 0,
          monthly: 1790,
          commitmentMonths: 24,
        },
      ],
    },
  ],
  stock: [{ provider: HALDEN, distributor: LORMEL, kind: 'physical', state: 'in_stock', count: 6 }],
  actionProfiles: [],
};
