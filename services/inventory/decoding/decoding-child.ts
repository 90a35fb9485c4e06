/**
 * A process that reads one file: it says when it is ready, takes the file on its standard input, and answers with one
 * line. It has no environment, no network and nothing to write to; whoever started it ends it.
 */
import { buffer } from 'node:stream/consumers';
import { decodeFile, prepare, warmUp } from './decode-file.ts';
import { type Preparation, READY, writeAnswer } from './handover.ts';

// Listening first: compiling what reads files would not keep the process alive.
const file = buffer(process.stdin);
await (process.argv[2] === ('warm' satisfies Preparation) ? warmUp() : prepare());
process.stdout.write(`${READY}\n`);
const answer = writeAnswer(await decodeFile(await file));
process.stdout.write(`${answer}\n`, () => process.exit(0));
