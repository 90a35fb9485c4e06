/** Draws screenshots for a benchmark that uploads them: takes a JSON array of texts on standard input, says one of base64 on standard output. */
import { json } from 'node:stream/consumers';
import { screenshot } from './bench-files.fixture.ts';

const pictures: string[] = [];
for (const text of (await json(process.stdin)) as string[]) {
  pictures.push((await screenshot(text)).toString('base64'));
}
process.stdout.write(`${JSON.stringify(pictures)}\n`);
