import { readCommandLine } from "#local/command-line.ts";
import { TARGET_HELP, TARGET_OPTIONS, type TargetAsked } from "#local/management-target.ts";

const DEEDS = ["list", "export", "recover", "schema"] as const;

export interface BadEventOptions {
  readonly deed: (typeof DEEDS)[number];
  readonly target: TargetAsked;
  readonly filter: {
    readonly code?: string;
    readonly source?: string;
    readonly event?: string;
    readonly since?: string;
    readonly until?: string;
  };
  readonly ids: readonly string[];
  readonly recovered: string | undefined;
  readonly limit: number;
  readonly out: string | undefined;
  readonly rules: string | undefined;
  readonly apply: boolean;
  readonly json: boolean;
}

const OPTIONS = {
  ...TARGET_OPTIONS,
  code: { type: "string" },
  source: { type: "string" },
  event: { type: "string" },
  since: { type: "string" },
  until: { type: "string" },
  id: { type: "string", multiple: true },
  recovered: { type: "string" },
  limit: { type: "string", default: "20" },
  out: { type: "string" },
  rules: { type: "string" },
  apply: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** What is asked for, `help`, or what is wrong with it, as an `Error`. */
export function readBadEventOptions(args: readonly string[]): BadEventOptions | "help" | Error {
  const read = readCommandLine(args, OPTIONS);
  if (read instanceof Error) return read;
  const { values, positionals } = read;
  if (values.help || args.length === 0) return "help";
  const [named, ...more] = positionals;
  const deed = DEEDS.find((one) => one === named);
  if (deed === undefined || more.length > 0) return new Error(`One of ${DEEDS.join(", ")} is expected.`);
  const limit = Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) return new Error("--limit takes 1 to 1000.");
  const { code, source, event, since, until, data, url, token, id: ids = [], recovered, out, rules } = values;
  if (deed !== "recover" && (values.apply || rules !== undefined || ids.length > 0)) {
    return new Error("--rules, --id and --apply go with recover.");
  }
  if (deed === "recover" && recovered !== undefined) return new Error("--recovered goes with list and export.");
  const stated = Object.entries({ code, source, event, since, until }).filter(([, value]) => value !== undefined);
  const filter: BadEventOptions["filter"] = Object.fromEntries(stated);
  const { apply, json } = values;
  return { deed, target: { data, url, token }, filter, ids, recovered, limit, out, rules, apply, json };
}

export const BAD_EVENTS_HELP = `Events that were refused are kept with the reasons. This lists them, takes them away to look at, and lets them in.

  npm run local -- bad-events list     [filters] [--limit N] [--json]
  npm run local -- bad-events export   [filters] [--out FILE.ndjson]
  npm run local -- bad-events recover  [filters] [--id ID …] --rules FILE.yaml [--apply] [--json]
  npm run local -- bad-events schema   prints the JSON Schema that every line of an export obeys

Filters
  --code CODE    why it was refused: event.no_name, event.bad_field…
  --source ID    where it came from
  --event NAME   what it calls itself: its event's name, else its type
  --since TIME   received since then; 30 days if left out
  --until TIME   received before then
  --recovered true|false   for list and export: only those that were let in, or were not

Where
${TARGET_HELP}

Rules mend what was sent, in their order; what a rule does not find it leaves alone (docs/bad-events.md):
  rules:
    - { do: rename, from: properties.reveneu, to: properties.revenue }
    - { do: cast, path: properties.revenue, to: number }
    - { do: drop, path: properties.blob }
    - { do: set, path: properties.currency, value: EUR, ifAbsent: true, where: { path: event, equals: Order Completed } }

Without --apply nothing is changed: you see what would become of each. With it, each event comes in once, however
often the command is run or wherever it is stopped. Without --rules, events are tried as they are: after the source, its
plan or its limits were mended.

Examples
  npm run local -- bad-events list --code event.bad_field
  npm run local -- bad-events export --source shop --since 2026-11-01 --out bad.ndjson
  npm run local -- bad-events recover --code event.bad_field --rules mend.yaml
  npm run local -- bad-events recover --code event.bad_field --rules mend.yaml --apply
  TRIBUTARY_TOKEN=… npm run local -- bad-events list --url https://collect.shop.example
`;
