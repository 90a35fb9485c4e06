import { setTimeout as sleep } from 'node:timers/promises';
import { auditUntilGreen } from '../audit/audit.ts';
import { findingLine } from '../audit/report-text.ts';
import { createPublicApi, type PublicApi, publicUrls } from '../demo/public-api.ts';
import { inTurn, signCallers } from '../local/callers.ts';
import type { Stack } from '../local/stack.ts';
import { createSandboxControl, type SandboxControl } from '../provider-sandbox/control-client.ts';
import { exampleAccounts } from '../seed/example-data.ts';
import { findStories } from '../seed/stories.ts';
import { arm, type CrashPoint } from './crash-point.ts';
import { createOrderFlow, type OrderFlow } from './order-flow.ts';
import { persistent } from './persistent-api.ts';
import type { Random } from '@simlane/testing/random';

/** A step that a killed worker had begun is tried again after its time-out; a due row of a killed process after its lease. */
const SETTLED_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 100;
/** Longer than the longest recovery: a caller who gives up is a finding. */
const ANSWERED_WITHIN_MS = 120_000;
const BACK_WITHIN_MS = 60_000;
const STRUCK_WITHIN_MS = 20_000;

/** What a drill has counted. */
export interface Counters {
  faults: number;
  /** Each of one order, made by the model test. */
  histories: number;
  /** From the end of a fault to the moment from which everything is as expected, one for each recovery. */
  readonly recoveriesMs: number[];
  /** Orders that were answered with 2xx and are not there. */
  lost: number;
  /** Submissions and mails that were accepted more often than may be. */
  doubled: number;
  /** Orders that did not come to the end that was expected in time. */
  stuck: number;
  /** 5xx that no fault excuses. */
  readonly rude: string[];
}

/** What a drill plays on: a running stack, orders in flight, and ways to break things. */
export interface Stage {
  readonly stack: Stack;
  readonly random: Random;
  readonly orders: OrderFlow;
  readonly sandbox: SandboxControl;
  readonly counters: Counters;
  /** In the short form some faults share one recovery. */
  readonly short: boolean;
  /** The services as a patient caller sees them; each time another caller. */
  api(): PublicApi;
  /** The one number in the full drill, the other in its short form. */
  times(full: number, short: number): number;
  /** Kills a process at once, and counts it. */
  kill(name: string): Promise<void>;
  /** Has a process killed when it next passes the point, after so many passes; resolves when that has happened. */
  killAt(name: string, point: CrashPoint, passes: number): Promise<void>;
  /** Something else that breaks, counted. */
  fault(): void;
  /** Lets the provider say this now. Rejects where it is not answered with 202. */
  say(orderId: string, signal: Parameters<SandboxControl['signal']>[1]): Promise<void>;
  /** Resolves when the process is up again: the end of its fault. */
  back(name: string): Promise<void>;
  /** A fault that the drill makes itself has ended now. */
  faultEnded(): void;
  /**
   * Resolves when every order has ended as expected and the auditor finds nothing; counts the time since the last
   * fault ended. Rejects with what is wrong when it takes too long, or at once when something may never be seen.
   */
  recovered(): Promise<void>;
}

export interface StageOptions {
  readonly stack: Stack;
  readonly random: Random;
  readonly short: boolean;
}

export const setStage = async ({ stack, random, short }: StageOptions): Promise<Stage> => {
  const { info } = stack;
  const [account] = exampleAccounts();
  const urls = publicUrls(info);
  const nextToken = inTurn(await signCallers(info, account.id));
  const sandbox = createSandboxControl({ url: info.sandbox.url, token: info.sandbox.controlToken });
  const counters: Counters = { faults: 0, histories: 0, recoveriesMs: [], lost: 0, doubled: 0, stuck: 0, rude: [] };
  const api = (): PublicApi =>
    persistent(createPublicApi(urls, nextToken()), {
      withinMs: ANSWERED_WITHIN_MS,
      onRude: (message) => counters.rude.push(message),
    });
  const lineIds = findStories(account).switchableLines;
  const orders = createOrderFlow({ stack: info, api, sandbox, random, lineIds });
  let faultEndedAt = performance.now();
  const faultEnded = (): void => {
    faultEndedAt = performance.now();
  };

  return {
    stack,
    random,
    orders,
    sandbox,
    counters,
    short,
    api,
    times: (full, few) => (short ? few : full),
    faultEnded,

    kill: async (name) => {
      counters.faults += 1;
      await stack.kill(name, 'SIGKILL');
    },

    killAt: async (name, point, passes) => {
      const hasStruck = arm(info.stateFolder, { process: name, point, passes });
      const giveUpAt = Date.now() + STRUCK_WITHIN_MS;
      while (!hasStruck()) {
        if (Date.now() > giveUpAt) throw new Error(`${name} has not passed the point ${point}`);
        await sleep(LOOK_EVERY_MS);
      }
      counters.faults += 1;
    },

    fault: () => {
      counters.faults += 1;
    },

    say: async (orderId, signal) => {
      const answers = await sandbox.signal(orderId, signal);
      const refused = answers.find(({ status }) => status !== 202);
      if (refused) throw new Error(`${signal.type} of order ${orderId} was answered ${refused.status}`);
    },

    back: async (name) => {
      const giveUpAt = Date.now() + BACK_WITHIN_MS;
      for (;;) {
        try {
          await stack.startProcess(name);
          return faultEnded();
        } catch (error) {
          // It may still be dying, or find what it left behind still held.
          if (Date.now() > giveUpAt) throw error;
          await sleep(LOOK_EVERY_MS);
        }
      }
    },

    recovered: async () => {
      const giveUpAt = performance.now() + SETTLED_WITHIN_MS;
      for (;;) {
        // PostgreSQL may still be on its way back.
        const open = await orders.unsettled().catch(() => undefined);
        if (open?.length === 0) break;
        if (performance.now() > giveUpAt) {
          counters.lost += open?.filter(({ state }) => state === 'lost').length ?? 0;
          counters.stuck += open?.filter(({ state }) => state === 'open').length ?? 0;
          throw new Error(open?.map(({ what }) => what).join('\n') ?? 'The orders cannot be read');
        }
        await sleep(LOOK_EVERY_MS);
      }
      const { green, report } = await auditUntilGreen(info, { withinMs: giveUpAt - performance.now() });
      if (!green) {
        counters.doubled += report.findings.filter(({ invariant }) => invariant === 1 || invariant === 4).length;
        throw new Error(report.findings.map(findingLine).join('\n'));
      }
      counters.recoveriesMs.push(performance.now() - faultEndedAt);
    },
  };
};
