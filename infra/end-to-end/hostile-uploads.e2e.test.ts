import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { beforeAll, expect, it } from 'vitest';
import { pictureOfQrCode } from '../demo/qr-code-file.ts';
import { type Manager, startManager } from './fleet-manager.fixture.ts';
import { hostileFiles } from './hostile-files.fixture.ts';
import {
  freshCode,
  inQrCode,
  type QrCodesOfManager,
  sendThrough,
  startEsims,
  startQrCodes,
  UNDERSTOOD,
} from './qr-code.fixture.ts';
import { processIdOf } from './stack-process.fixture.ts';

let manager: Manager;
let qrCodes: QrCodesOfManager;
let links: readonly string[];
beforeAll(async () => {
  manager = await startManager();
  qrCodes = startQrCodes(manager);
  const esims = await startEsims(manager, 2);
  links = [(await qrCodes.asked(esims)).link, (await qrCodes.asked(esims)).link];
});

/** What a hostile file may be answered with; not that something unexpected went wrong. */
const REFUSALS = ['file_format', 'file_broken', 'file_too_complex', 'qr_code_not_found'];
/** What inventory takes for a file of a few hundred kilobytes, and for its garbage; one of these files opened would be gigabytes. */
const MOST_GROWTH_BYTES = 150_000_000;
/** Reading the worst of them takes seconds, on a busy machine more: nobody else waits for a large part of that. */
const MOST_OF_THE_WORST = 0.4;
const LOOK_EVERY_MS = 50;

const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024;
};

it('while hostile files are refused one after the other, others are served and the memory of the service stays flat', async () => {
  const inventory = processIdOf('inventory');
  const files = hostileFiles();
  const before = await residentBytes(inventory);
  let most = before;
  let longestWaitMs = 0;

  const attacks = links.map(async (link, index) => {
    const refusals: { name: string; code: string | undefined; tookMs: number }[] = [];
    for (const at of files.keys()) {
      const [name, file] = files[(at + 3 * index) % files.length] ?? ['', Buffer.alloc(0)];
      const sentAt = performance.now();
      const { code } = await sendThrough(link, file);
      refusals.push({ name, code, tookMs: performance.now() - sentAt });
    }
    return refusals;
  });
  const attack = Promise.all(attacks);
  const ending = attack.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([ending, sleep(LOOK_EVERY_MS, false)]))) {
    const askedAt = performance.now();
    await manager.api.call(inventoryRoutes.listLines, { query: { limit: 20 } });
    longestWaitMs = Math.max(longestWaitMs, performance.now() - askedAt);
    most = Math.max(most, await residentBytes(inventory));
  }

  const refusals = (await attack).flat();
  expect(refusals.filter(({ code }) => !REFUSALS.includes(code ?? ''))).toEqual([]);
  const worstMs = Math.max(...refusals.map(({ tookMs }) => tookMs));
  expect(longestWaitMs).toBeLessThan(MOST_OF_THE_WORST * worstMs);
  expect(most - before).toBeLessThan(MOST_GROWTH_BYTES);
  for (const link of links) {
    expect(await sendThrough(link, await pictureOfQrCode(inQrCode(freshCode())))).toEqual(UNDERSTOOD);
  }
});
