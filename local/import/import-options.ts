import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { readCommandLine } from "#local/command-line.ts";

const OPTIONS = {
  mapping: { type: "string", short: "m" },
  data: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  first: { type: "string" },
  again: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

export interface ImportOptions {
  readonly file: string;
  readonly mapping: string;
  readonly data: string | undefined;
  readonly dryRun: boolean;
  /** Of a rehearsal: only so many rows. */
  readonly first: number | undefined;
  readonly again: boolean;
  readonly json: boolean;
}

export function readImportOptions(args: readonly string[]): ImportOptions | "help" | Rejection<"import.bad_options"> {
  const refuse = (why: string) => rejection("import.bad_options", `${why} See: npm run local -- import --help`);
  const read = readCommandLine(args, OPTIONS);
  if (read instanceof Error) return refuse(`${read.message}.`);
  const { values, positionals } = read;
  if (values.help || args.length === 0) return "help";
  const [file, ...others] = positionals;
  if (file === undefined) return refuse("Which file?");
  if (others.length > 0) return refuse(`One file at a time; got ${positionals.join(", ")}.`);
  if (values.mapping === undefined) return refuse("By which --mapping, a file or a name?");
  const first = values.first === undefined ? undefined : Number(values.first);
  if (first !== undefined && !(Number.isInteger(first) && first > 0)) {
    return refuse(`--first expects a number of rows; got "${values.first}".`);
  }
  if (first !== undefined && !values["dry-run"]) return refuse("--first goes with --dry-run only.");
  return {
    file,
    mapping: values.mapping,
    data: values.data,
    dryRun: values["dry-run"],
    first,
    again: values.again,
    json: values.json,
  };
}

export const importHelp = (ready: readonly string[]): string => `Import a file of rows as events.

  npm run local -- import FILE --mapping FILE|NAME [options]

FILE is CSV (any separator; UTF-8, UTF-16 or Windows encodings) or JSON lines, plain, gzip or zstd, of any size.
The mapping says what a row means: a YAML or JSON file (docs/mappings.md), or the name of a ready one:
  ${ready.join(", ")}

Options
  --mapping, -m   the mapping
  --data DIR      the data folder to import into
  --dry-run       read, map and check everything, show what would happen, write nothing
  --first N       with --dry-run: only the first N rows
  --again         import a file that was imported already, or that changed since
  --json          one line of JSON on stdout instead of words
  --help, -h      this

Stopped anywhere, the same command goes on where it came to. A row that fails becomes a bad event with its number
and the reason; all others go through. The same file again is the same events: nothing counts twice.

Examples
  npm run local -- import purchases.csv.gz --mapping cdnow --dry-run
  npm run local -- import purchases.csv.gz --mapping cdnow --data ./shop
  npm run local -- import crm.jsonl --mapping ./crm.yaml --json
`;
