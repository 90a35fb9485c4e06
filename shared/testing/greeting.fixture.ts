/** A workflow without activities or imports: it shows that a worker took it. */
export const greeting = async (name: string): Promise<string> => `hello ${name}`;
