import type { Rejection } from "#core/kernel/rejection.ts";
import { type Given, readManagementOptions } from "#local/management-options.ts";
import { TARGET_HELP, type TargetAsked } from "#local/management-target.ts";

/** What is to be done. */
export type PlansAct =
  | { readonly kind: "list" }
  | { readonly kind: "apply"; readonly files: readonly string[]; readonly dryRun: boolean }
  | { readonly kind: "infer"; readonly asked: Readonly<Record<string, unknown>>; readonly out: string | undefined }
  | { readonly kind: "types"; readonly plan: string; readonly out: string | undefined }
  | { readonly kind: "check"; readonly file: string; readonly events: string | undefined }
  | { readonly kind: "violations"; readonly id: string; readonly query: string };

export interface PlansOptions {
  readonly act: PlansAct;
  readonly target: TargetAsked;
}

const OPTIONS = {
  name: { type: "string" },
  source: { type: "string" },
  since: { type: "string" },
  sample: { type: "string" },
  out: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

type Values = Given<typeof OPTIONS>;

/** Options that go with some acts only. */
const GO_WITH: Readonly<Record<string, readonly PlansAct["kind"][]>> = {
  "dry-run": ["apply"],
  out: ["infer", "types"],
  source: ["infer", "violations"],
  since: ["infer", "violations"],
  name: ["infer"],
  sample: ["infer"],
};

export const readPlansOptions = (args: readonly string[]): PlansOptions | "help" | Rejection =>
  readManagementOptions(args, { command: "plans", options: OPTIONS, goWith: GO_WITH, actIn });

/** What is asked for, or what is wrong with it. */
function actIn(asked: string, rest: readonly string[], values: Values): PlansAct | string {
  const [first, second] = rest;
  const tooMany = (most: number): string | undefined =>
    rest.length > most ? `${asked} does not understand "${rest[most]}".` : undefined;
  switch (asked) {
    case "list":
      return tooMany(0) ?? { kind: "list" };
    case "apply":
      if (first === undefined) return "Apply which files?";
      return { kind: "apply", files: rest, dryRun: values["dry-run"] ?? false };
    case "infer":
      return tooMany(0) ?? inferIn(values);
    case "types":
      if (first === undefined) return "Types of which plan? Name a file, or the id of a plan.";
      return tooMany(1) ?? { kind: "types", plan: first, out: values.out };
    case "check":
      if (first === undefined) return "Check which file?";
      return tooMany(2) ?? { kind: "check", file: first, events: second };
    case "violations":
      if (first === undefined) return "Violations of which plan? Give its id; see list.";
      return tooMany(1) ?? { kind: "violations", id: first, query: queryIn(values) };
    default:
      return asked === "" ? "List, apply, infer, types, check or violations?" : `There is no "plans ${asked}".`;
  }
}

function inferIn({ name, source, since, sample, out }: Values): PlansAct | string {
  const sampleSize = sample === undefined ? undefined : Number(sample);
  if (sampleSize !== undefined && !Number.isSafeInteger(sampleSize)) return `--sample takes a number, not ${sample}.`;
  return { kind: "infer", asked: { name, source, since, sampleSize }, out };
}

function queryIn({ source, since }: Values): string {
  const query = new URLSearchParams({ ...(source && { source }), ...(since && { since }) });
  return query.size === 0 ? "" : `?${query.toString()}`;
}

export const PLANS_HELP = `Tracking plans: what the events of a source should be.

  npm run local -- plans list
  npm run local -- plans apply FILE… [--dry-run]       make or change plans as files say
  npm run local -- plans infer [--source S] [--out F]  a draft from the events that came in
  npm run local -- plans check FILE [EVENTS.ndjson]    look a plan through, and events against it; needs no server
  npm run local -- plans types FILE|ID [--out F]       TypeScript for those who send the events
  npm run local -- plans violations ID                 what came in that is not as planned, counted

Options
${TARGET_HELP}
  --dry-run      of apply: say what would change, and change nothing
  --out FILE     of infer and types: where to write to (default: stdout)
  --source ID    of infer and violations: events of this source alone
  --since TIME   of infer and violations: events from then on (default: the last 30 days)
  --name TEXT    of infer: what the draft is called
  --sample N     of infer: how many events of each name are looked at, the latest (default 200)
  --json         one line of JSON on stdout instead of words
  --help, -h     this

A file is YAML or JSON, and belongs in your own repository:

  id: shop                       # left out: the file's name
  name: Shop
  unplannedEvents: report        # allow: events that are not named here are as good as others
  definitions:
    price: { type: number, minimum: 0 }
  events:
    - name: Order Completed      # of type track; also: { type: identify | group | page | screen }, without a name
      version: 1                 # versions stand side by side; senders say context.protocols.event_version
      schema:                    # JSON Schema of the properties; of identify and group: of the traits
        type: object
        required: [order_id]
        properties:
          order_id: { type: string }
          total: { $ref: "#/definitions/price" }

Which source is held to a plan is said at the source, as plan: { id: shop, mode: report }:
  report   events come in as they are, marked with what is not as planned
  omit     and without the properties that the plan does not list
  refuse   what violates the plan, or is not named in it, is kept as a bad event

Examples
  npm run local -- plans apply plans/ecommerce.yaml
  npm run local -- plans infer --source site --out plans/site.yaml
  npm run local -- plans types plans/site.yaml --out src/events.ts
  npm run local -- plans violations ecommerce --since 2026-11-01
`;
