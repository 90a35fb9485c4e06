import type { CatalogSeed } from '@simlane/contracts/http/catalog';
import type { ServicePack } from '@simlane/contracts/http/service-profiles';
import { withDefaults } from '@simlane/contracts/service-options';
import { seedId } from './made-up-identifiers.ts';

const onOff = (code: string, name: string, initial: 'on' | 'off') => ({
  code,
  name,
  values: ['off', 'on'],
  default: initial,
});

/** What a phone can have. Roaming beyond Europe needs the largest data volume, and no roaming is possible without data. */
const smartphone: Pick<ServicePack, 'options' | 'rules'> = {
  options: [
    { code: 'voice', name: 'Voice', values: ['off', 'national', 'international'], default: 'national' },
    onOff('sms', 'SMS', 'on'),
    { code: 'data', name: 'Data', values: ['off', '5_gb', '20_gb', 'unlimited'], default: '5_gb' },
    { code: 'roaming', name: 'Roaming zone', values: ['off', 'europe', 'world'], default: 'europe' },
    onOff('voicemail', 'Voicemail', 'on'),
  ],
  rules: [
    { option: 'data', value: 'off', excludes: { option: 'roaming', value: 'europe' } },
    { option: 'roaming', value: 'world', requires: { option: 'data', value: 'unlimited' } },
    { option: 'voicemail', value: 'on', excludes: { option: 'voice', value: 'off' } },
  ],
};

/** What a machine can have: data, and nobody to talk to. */
const telematics: Pick<ServicePack, 'options' | 'rules'> = {
  options: [
    onOff('sms', 'SMS', 'off'),
    { code: 'data', name: 'Data', values: ['100_mb', '1_gb', '5_gb'], default: '1_gb' },
    { code: 'roaming', name: 'Roaming zone', values: ['off', 'europe'], default: 'off' },
    onOff('public_ip', 'Public IP address', 'off'),
  ],
  rules: [
    { option: 'data', value: '100_mb', excludes: { option: 'roaming', value: 'europe' } },
    { option: 'public_ip', value: 'on', requires: { option: 'data', value: '5_gb' } },
  ],
};

/** The service packs, rate plans and service profiles of one provider of an account. */
export const servicesOfProvider = (
  account: string,
  provider: { readonly id: string; readonly name: string },
): Pick<CatalogSeed, 'servicePacks' | 'ratePlans' | 'serviceProfiles'> => {
  const own = (kind: string, name: string) => ({ id: seedId(account, kind, provider.name, name), name });
  const pack = (name: string, content: Pick<ServicePack, 'options' | 'rules'>) => ({
    ...own('service-pack', name),
    providerId: provider.id,
    ...content,
  });
  const plan = (name: string, code: string) => ({ ...own('rate-plan', name), providerId: provider.id, code });
  const phones = pack('Smartphone', smartphone);
  const machines = pack('Telematics', telematics);
  const [standard, travel, machine] = [
    plan('Business', 'BUS-STD'),
    plan('Business Travel', 'BUS-TRV'),
    plan('Machine', 'M2M-STD'),
  ];
  const profile = (
    name: string,
    of: typeof phones,
    { id: ratePlanId }: typeof standard,
    differing: Readonly<Record<string, string>>,
  ) => ({
    ...own('service-profile', name),
    servicePackId: of.id,
    ratePlanId,
    options: { ...withDefaults(of, differing) },
  });
  return {
    servicePacks: [phones, machines],
    ratePlans: [standard, travel, machine],
    serviceProfiles: [
      profile('Office', phones, standard, {}),
      profile('Travellers', phones, travel, { voice: 'international', data: 'unlimited', roaming: 'world' }),
      profile('Sensors and trackers', machines, machine, { data: '100_mb' }),
    ],
  };
};
