import { inventoryRoutes } from '@simlane/contracts/http/inventory';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
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
import { pictureOfQrCode } from '../demo/qr-code-file.ts';

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
const REFUSALS = ['file_format', 'file_broken', 'file_too_complex', 'qr_code_not_found', 'rate_limited'];

const LOOKS = 60;
const LOOK_EVERY_MS = 50;

/** How long the slower half of people wait for a page of lines, in milliseconds, while something else goes on. */
const waitForLines = async (): Promise<number> => {
  const waits: number[] = [];
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const began = performance.now();
    await manager.api.call(inventoryRoutes.listLines, { query: { limit: 20 } });
    waits.push(performance.now() - began);
    await sleep(LOOK_EVERY_MS);
  }
  return waits.toSorted((one, other) => one - other)[Math.floor(LOOKS / 2)] ?? Infinity;
};

it('hostile files are refused one after the other, while others wait hardly longer', async () => {
  const files = hostileFiles();
  await waitForLines();
  const alone = await waitForLines();

  let goesOn = true;
  const answers = new Map<string, Set<string>>(files.map(([name]) => [name, new Set()]));
  const attack = Promise.all(
    links.map(async (link, index) => {
      for (let count = index; goesOn; count += 1) {
        const [name, file] = files[count % files.length] ?? ['', Buffer.alloc(0)];
        const { status, code } = await sendThrough(link, file);
        answers.get(name)?.add(code ?? String(status));
      }
    }),
  );
  const meanwhile = await waitForLines();
  // Each file has had its turn.
  await manager.until(async () => [...answers.values()].every(({ size }) => size > 0));
  goesOn = false;
  await attack;
  console.log({ alone, meanwhile, answers });

  expect([...answers].filter(([, codes]) => [...codes].some((code) => !REFUSALS.includes(code)))).toEqual([]);
  expect(meanwhile / alone).toBeLessThan(6);
  for (const link of links) {
    expect(await sendThrough(link, await pictureOfQrCode(inQrCode(freshCode())))).toEqual(UNDERSTOOD);
  }
});
