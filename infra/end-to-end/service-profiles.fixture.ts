import { randomUUID } from 'node:crypto';
import { ratePlanRoutes, servicePackRoutes, serviceProfileRoutes } from '@simlane/contracts/http/service-profiles';
import type { Manager } from './fleet-manager.fixture.ts';

/** Two profiles of one pack that differ in an option, and in their plan. For administrators. */
export const makeProfiles = async ({ api }: Manager, providerId: string) => {
  const make = { name: `Test ${providerId}`, providerId };
  const onOff = { values: ['on', 'off'], default: 'off' };
  const options = [
    { code: 'sms', name: 'SMS', ...onOff, default: 'on' },
    { code: 'roaming', name: 'Roaming', ...onOff },
  ];
  const { id: servicePackId } = await api.call(
    servicePackRoutes.createServicePack,
    { body: { ...make, options, rules: [] } },
    randomUUID(),
  );
  const plan = async (code: string) =>
    (await api.call(ratePlanRoutes.createRatePlan, { body: { ...make, name: code, code } }, randomUUID())).id;
  const profile = async (name: string, ratePlanId: string, values: Record<string, string>) =>
    (
      await api.call(
        serviceProfileRoutes.createServiceProfile,
        { body: { name, servicePackId, ratePlanId, options: values } },
        randomUUID(),
      )
    ).id;
  return {
    basic: await profile('Basic', await plan('PLAN-S'), { roaming: 'off' }),
    roaming: await profile('Roaming', await plan('PLAN-L'), { roaming: 'on' }),
  };
};
