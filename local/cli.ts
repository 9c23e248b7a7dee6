import { readServeOptions, SERVE_HELP } from "./serve-options.ts";

/**
 * Runs what the command line asks for and answers the process's exit code: 0 done, 1 failed, 2 not understood. Each
 * command loads only what it needs: that is most of how soon it starts, and much of the memory that it takes.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "import") {
    const [{ importCommand }, { importWorld }] = await Promise.all([
      import("./import/import-command.ts"),
      import("./import-world.ts"),
    ]);
    return importCommand(rest, importWorld());
  }
  if (command === "sql") return (await import("./sql-command.ts")).sqlCommand(rest);
  const manage = command !== undefined && MANAGEMENT.get(command);
  if (manage) return manage(rest);
  if (command === "help" || args.includes("--help") || args.includes("-h")) {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  const options = readServeOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\nSee npm run local -- --help\n`);
    return 2;
  }
  return (await import("./serve.ts")).serve(options);
}

const managed = async () => {
  const { openManagementTarget } = await import("./management-target.ts");
  return { open: openManagementTarget, stdout: process.stdout, stderr: process.stderr };
};

/** The commands that ask the management API, of a data folder or of a deployment. */
const MANAGEMENT: ReadonlyMap<string, (args: readonly string[]) => Promise<number>> = new Map([
  ["sources", async (args) => (await import("./sources/sources-command.ts")).sourcesCommand(args, await managed())],
  ["plans", async (args) => (await import("./plans/plans-command.ts")).plansCommand(args, await managed())],
  ["segments", async (args) => (await import("./segments/segments-command.ts")).segmentsCommand(args, await managed())],
  ["lists", async (args) => (await import("./lists/lists-command.ts")).listsCommand(args, await managed())],
  ["identity", async (args) => (await import("./identity/identity-command.ts")).identityCommand(args, await managed())],
  [
    "bad-events",
    async (args) => (await import("./bad-events/bad-events-command.ts")).badEventsCommand(args, await managed()),
  ],
]);
