/** The order service with service calls under way at the provider sandbox: both sides in the test's hands. */
import type { Problem } from '@simlane/contracts/http/problem';
import type { ProviderSignal } from '@simlane/contracts/http/provider-signals';
import type { ReportedServices, ServiceCall } from '@simlane/contracts/http/service-calls';
import type { ServiceName } from '@simlane/contracts/permissions';
import { uuidV7 } from '@simlane/service-kit/uuid-v7';
import { sql } from 'kysely';
import { type OrderApp, type SignalOptions, startOrderApp } from '../order.fixture.ts';
import { startProviderSandbox } from './provider-sandbox.fixture.ts';

export type CallAnswer = ServiceCall & Partial<Pick<Problem, 'code' | 'detail'>>;

const ICCID_DIGITS = 19;
let iccids = 0;
const newIccid = (): string => `8944110${String((iccids += 1)).padStart(ICCID_DIGITS - 7, '0')}`;

export const startServiceCalls = async () => {
  const sandbox = await startProviderSandbox();
  const order: OrderApp = await startOrderApp({ providersAt: sandbox.providersAt });
  const { accountId, providerId, otherProviderId, credential, secrets } = order;
  const url = await order.app.public.listen({ host: '127.0.0.1', port: 0 });
  const connect = (id: string, signalSecret: string): Promise<void> =>
    sandbox.connect(id, {
      accountId,
      credential,
      signalUrl: `${url}/orders/v1/provider-signals/${accountId}/${id}`,
      signalSecret,
    });
  await connect(providerId, secrets.provider);
  await connect(otherProviderId, secrets.otherProvider);

  const about = <T = CallAnswer>(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    options: { body?: unknown; service?: ServiceName; accountId?: string } = {},
  ) => order.callInternal<T>(method, `/service-calls/${path}`, options);

  /** A change of a SIM of its own, as the worker asks for it. */
  const aCall = (wanted: object = { options: { data: '5GB' } }) => ({
    changeId: uuidV7(),
    body: { simId: uuidV7(), providerId, iccid: newIccid(), ...wanted },
  });
  type Call = ReturnType<typeof aCall>;
  const put = ({ changeId, body }: Call) => about('PUT', changeId, { body });
  const made = async (wanted?: object) => {
    const call = aCall(wanted);
    const { status, body } = await put(call);
    return { ...call, status, shown: body };
  };

  return {
    order,
    sandbox,
    about,
    aCall,
    put,
    /** A call that was put once, and its answer. */
    made,
    /** A call that the provider has taken and says nothing about. */
    pending: async (wanted?: object) => {
      await sandbox.rules({ change: 'accept' });
      return made(wanted);
    },
    /** A call of which nobody knows whether it has reached the provider; it has not. */
    unsent: async (wanted?: object) => {
      await sandbox.rules({ change: 'fail', times: 1 });
      return made(wanted);
    },
    read: async (changeId: string) => (await about('GET', changeId)).body,
    ask: (changeId: string) => about('PUT', `${changeId}/question`),
    unschedule: (changeId: string) => about('DELETE', `${changeId}/schedule`),
    take: (changeId: string, version: number) => about('PUT', `${changeId}/taken`, { body: { version } }),
    reported: (iccid: string, of = providerId) =>
      order.callInternal<ReportedServices & Partial<Problem>>(
        'GET',
        `/reported-services?providerId=${of}&iccid=${iccid}`,
      ),
    /** A provider's signal about a change. */
    say: (changeId: string, results: object[], options: SignalOptions = {}) =>
      order.signal(
        { type: 'services.applied', occurredAt: '2026-11-20T10:00:00Z', data: { changeId, results } },
        options,
      ),
    stored: async (receipt: string) =>
      (await order.call<ProviderSignal>('GET', `/provider-signals/${receipt}`, { roles: ['administrator'] })).body,
    /** Whether a wake of the workflow is due for the call. */
    isDue: async (changeId: string): Promise<boolean> => {
      const { rows } =
        await sql`select 1 from due join service_call c on c.id = due.id and c.account_id = due.account_id
        where due.kind = 'service_call' and c.change_id = ${changeId}`.execute(order.database.adminDb);
      return rows.length === 1;
    },
    dueInMs: async (changeId: string): Promise<number> => {
      const { rows } = await sql<{ due_at: Date }>`select due_at from due join service_call c on c.id = due.id
        where c.change_id = ${changeId}`.execute(order.database.adminDb);
      return (rows[0]?.due_at.getTime() ?? Infinity) - Date.now();
    },
    letPass: async (changeId: string, duration: string): Promise<void> => {
      await sql`update service_call set attempted_at = attempted_at - ${duration}::interval
        where change_id = ${changeId}`.execute(order.database.adminDb);
    },
    /** Where the provider is reached from now on. */
    moveProvider: (address: string): Promise<void> =>
      order.connections.put(accountId, [{ providerId, address, credential, signalSecrets: [secrets.provider] }]),
    stop: async () => {
      await order.stop();
      await sandbox.stop();
    },
  };
};

export type ServiceCalls = Awaited<ReturnType<typeof startServiceCalls>>;
