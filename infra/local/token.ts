/** `npm run token -- <user>`: signs a demo user of the running stack in and prints the bearer token, nothing else. */
import { signInAs } from './sign-in.ts';
import { readRunningStack } from './stack-info.ts';
import { defaultStateFolder } from './state-folder.ts';
import { sayAside } from './terminal.ts';

const [user] = process.argv.slice(2);
const stack = readRunningStack(defaultStateFolder);

if (!stack) {
  fail('The stack is not up. Start it in another terminal: npm start');
} else if (!user) {
  fail(`Whose token? npm run token -- ${stack.demoUsers.map(({ id }) => id).join(' | ')}`);
} else {
  await signInAs(stack, user).then(
    (token) => process.stdout.write(`${token}\n`),
    (error: Error) => fail(error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message),
  );
}

function fail(message: string): void {
  sayAside(message);
  process.exitCode = 1;
}
