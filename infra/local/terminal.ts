/** One line for the person at the terminal, where nothing but messages is expected of standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line beside what a program reads from standard output. */
export function sayAside(line: string): void {
  process.stderr.write(`${line}\n`);
}
