import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type Options, type Parsed, readCommandLine, strayOption } from "#local/command-line.ts";
import { TARGET_OPTIONS, type TargetAsked } from "#local/management-target.ts";

/** What every command that manages takes. */
const OF_ALL = { ...TARGET_OPTIONS, json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

/** What was given of a command's own options. */
export type Given<Own extends Options> = Parsed<Own>["values"];

/** How one command is to be read. */
export interface ManagementLine<Own extends Options, Act extends { readonly kind: string }> {
  /** As it is called: `npm run local -- <command>`. */
  readonly command: string;
  readonly options: Own;
  /** Of the options that go with some acts only: with which. */
  readonly goWith: Readonly<Record<string, readonly Act["kind"][]>>;
  /** What is asked for, or what is wrong with it. */
  readonly actIn: (asked: string, rest: readonly string[], given: Given<Own>) => Act | string;
}

/** What a command that manages is to do, and where. */
export interface ManagementOptions<Own extends Options, Act> {
  readonly act: Act;
  readonly target: TargetAsked;
  readonly given: Given<Own>;
}

/** Reads the line of a command that manages; without anything on it, help is what was asked for. */
export function readManagementOptions<const Own extends Options, Act extends { readonly kind: string }>(
  args: readonly string[],
  { command, options, goWith, actIn }: ManagementLine<Own, Act>,
): ManagementOptions<Own, Act> | "help" | Rejection {
  const refuse = (why: string) => rejection(`${command}.bad_options`, `${why} See: npm run local -- ${command} --help`);
  const read = readCommandLine(args, { ...OF_ALL, ...options });
  if (read instanceof Error) return refuse(`${read.message}.`);
  const [asked = "", ...rest] = read.positionals;
  const ofAll = read.values as Given<typeof OF_ALL>; // What of this is `Own`'s cannot be told here.
  const given: Given<Own> = read.values;
  if (ofAll.help || args.length === 0) return "help";
  const act = actIn(asked, rest, given);
  if (typeof act === "string") return refuse(act);
  const stray = strayOption(given, act.kind, goWith);
  if (stray !== undefined) return refuse(stray);
  const { data, url, token } = ofAll;
  return { act, target: { data, url, token }, given };
}
