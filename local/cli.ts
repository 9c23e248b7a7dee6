import { importCommand } from "./import/import-command.ts";
import { importWorld } from "./import-world.ts";
import { readServeOptions, SERVE_HELP, serve } from "./serve.ts";
import { sqlCommand } from "./sql-command.ts";

/** Runs what the command line asks for and answers the process's exit code: 0 done, 1 failed, 2 not understood. */
export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "import") return importCommand(rest, importWorld());
  if (command === "sql") return sqlCommand(rest);
  if (command === "help" || args.includes("--help") || args.includes("-h")) {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  const options = readServeOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\nSee npm run local -- --help\n`);
    return 2;
  }
  return serve(options);
}
