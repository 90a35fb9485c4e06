import { setTimeout as sleep } from 'node:timers/promises';
import type { StackInfo } from '../../local/stack-info.ts';
import type { Drill } from '../drill.ts';
import { STRANGE_ANSWERS, standIn } from '../stand-in.ts';

const DEPENDENCIES = ['inventory', 'catalog', 'notification', 'order', 'sandbox'] as const;
const LONG_MS = 60_000;
const SHORT_MS = 3_000;
/** In the short form not every dependency gives every answer: so many of the pairs, drawn. */
const SHORT_PAIRS = 3;
const ORDERS_EACH_TIME = 5;
const ORDER_EVERY_MS = 100;

export const dependencyAnswers: Drill = {
  name: 'dependency-answers',
  title: 'a service or the provider answers nonsense, or nothing, for a while: every order waits and then goes on',
  run: async (stage) => {
    const all = DEPENDENCIES.flatMap((name) => STRANGE_ANSWERS.map((strange) => ({ name, strange })));
    const pairs = stage.short ? Array.from({ length: SHORT_PAIRS }, () => stage.random.pick(all)) : all;
    for (const { name, strange } of pairs) {
      const orders = await stage.orders.prepare(ORDERS_EACH_TIME);
      await stage.stack.stopProcess(name);
      const server = await standIn(urlOf(stage.stack.info, name), strange);
      stage.fault();
      const confirmed = stage.orders.confirm(orders, ORDER_EVERY_MS);
      // Whatever it rejects with is told below.
      confirmed.catch(() => {});
      await sleep(stage.times(LONG_MS, SHORT_MS));
      await server.close();
      await stage.back(name);
      await confirmed;
      await stage.recovered().catch((error: unknown) => {
        throw new Error(`after ${name} had answered ${strange}: ${String(error)}`, { cause: error });
      });
    }
  },
};

/** Where the others ask it. */
const urlOf = ({ services, sandbox }: StackInfo, name: (typeof DEPENDENCIES)[number]): string =>
  name === 'sandbox' ? sandbox.url : services[name].internalUrl;
