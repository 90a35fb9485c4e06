import type { InternalRoute } from '@simlane/contracts/http/route';
import type { ServiceClient } from '@simlane/service-kit/service-client';

/** Services that answer as told, by service, method and the last part of the path, and the calls they got in their order. */
export const answeringServices = (answers: Record<string, unknown>) => {
  const calls: { name: string; body: unknown }[] = [];
  const clientOf = (service: string): ServiceClient => ({
    call: async (contract: InternalRoute, asked: object) => {
      const name = `${service} ${contract.method} ${contract.path.split('/').at(-1)}`;
      calls.push({ name, body: 'body' in asked ? asked.body : undefined });
      const answer = answers[name];
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
    close: () => undefined,
  });
  return { calls, clientOf, names: () => calls.map(({ name }) => name) };
};
