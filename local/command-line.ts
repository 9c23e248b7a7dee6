import { type ParseArgsConfig, parseArgs } from "node:util";

export type Options = NonNullable<ParseArgsConfig["options"]>;
/** What `parseArgs` makes of a command line with these options. */
export type Parsed<Asked extends Options> = ReturnType<
  typeof parseArgs<{ readonly options: Asked; allowPositionals: true }>
>;

/** What stands on a command line, or what is wrong with it, as an `Error`. */
export function readCommandLine<const Asked extends Options>(
  args: readonly string[],
  options: Asked,
): Parsed<Asked> | Error {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // What parseArgs throws is always the caller's mistake, in words meant for the caller.
    return error as Error;
  }
}

/** What is wrong where an option was given that goes with other acts only; `undefined` where none was. */
export function strayOption(
  given: Readonly<Record<string, unknown>>,
  act: string,
  goWith: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const stray = Object.entries(goWith).find(([name, acts]) => given[name] !== undefined && !acts.includes(act));
  return stray && `--${stray[0]} goes with ${stray[1].join(" and ")} only.`;
}
