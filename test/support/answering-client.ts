/** Answers a command as the service would; what it throws, the client throws. */
export type Answering = (command: string, input: Readonly<Record<string, unknown>>) => unknown;

/** As much of an SDK client as is needed to answer in the service's place. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: (
        next: unknown,
        context: { readonly commandName?: string },
      ) => (args: { readonly input: object }) => Promise<{ readonly response: object; readonly output: object }>,
      options: { readonly step: "initialize"; readonly name: string },
    ): void;
  };
}

/**
 * The real client of an SDK, answered before anything leaves the process. So an adapter is tested, and its operations
 * counted, with the commands it really sends.
 */
export function answered<C extends object>(client: C, answer: Answering): C {
  (client as unknown as Client).middlewareStack.add(
    (_next, { commandName = "" }) =>
      async ({ input }) => {
        const output = (await answer(commandName, input as Readonly<Record<string, unknown>>)) as object;
        return { response: {}, output: { $metadata: {}, ...output } };
      },
    { step: "initialize", name: "answered" },
  );
  return client;
}
