import type { Rejection } from "#core/kernel/rejection.ts";
import { type Given, readManagementOptions } from "#local/management-options.ts";
import { TARGET_HELP, type TargetAsked } from "#local/management-target.ts";

/** What is to be done. */
export type SourcesAct =
  | { readonly kind: "list" }
  | { readonly kind: "apply"; readonly files: readonly string[]; readonly dryRun: boolean }
  | { readonly kind: "add"; readonly id: string; readonly settings: Readonly<Record<string, unknown>> }
  | { readonly kind: "rotate"; readonly id: string }
  | { readonly kind: "revoke"; readonly id: string; readonly keyId: string };

export interface SourcesOptions {
  readonly act: SourcesAct;
  readonly target: TargetAsked;
}

const OPTIONS = {
  name: { type: "string" },
  kind: { type: "string" },
  origin: { type: "string", multiple: true },
  "dry-run": { type: "boolean" },
} as const;

type Values = Given<typeof OPTIONS>;

/** Options that go with some acts only. */
const GO_WITH: Readonly<Record<string, readonly SourcesAct["kind"][]>> = {
  "dry-run": ["apply"],
  name: ["add"],
  kind: ["add"],
  origin: ["add"],
};

export const readSourcesOptions = (args: readonly string[]): SourcesOptions | "help" | Rejection =>
  readManagementOptions(args, { command: "sources", options: OPTIONS, goWith: GO_WITH, actIn });

/** What is asked for, or what is wrong with it. */
function actIn(asked: string, rest: readonly string[], values: Values): SourcesAct | string {
  const [first, second] = rest;
  const tooMany = (most: number): string | undefined =>
    rest.length > most ? `${asked} does not understand "${rest[most]}".` : undefined;
  switch (asked) {
    case "list":
      return tooMany(0) ?? { kind: "list" };
    case "apply":
      return first === undefined
        ? "Apply which files?"
        : { kind: "apply", files: rest, dryRun: values["dry-run"] ?? false };
    case "add":
      if (first === undefined) return "Add which source? Give it an id.";
      return tooMany(1) ?? { kind: "add", id: first, settings: settingsIn(first, values) };
    case "rotate":
      return first === undefined ? "Rotate the key of which source?" : (tooMany(1) ?? { kind: "rotate", id: first });
    case "revoke":
      if (first === undefined || second === undefined) return "Revoke which key of which source? (ID KEYID; see list)";
      return tooMany(2) ?? { kind: "revoke", id: first, keyId: second };
    default:
      return asked === "" ? "List, apply, add, rotate or revoke?" : `There is no "sources ${asked}".`;
  }
}

const settingsIn = (id: string, { name, kind, origin }: Values) => ({
  name: name ?? id,
  ...(kind === undefined ? {} : { kind }),
  ...(origin === undefined ? {} : { allowedOrigins: origin }),
});

export const SOURCES_HELP = `Sources of events and their write keys.

  npm run local -- sources list
  npm run local -- sources apply FILE… [--dry-run]     make or change sources as files say
  npm run local -- sources add ID --name … --kind …    make one source, without a file
  npm run local -- sources rotate ID                   make a second write key; the first stays good
  npm run local -- sources revoke ID KEYID             the key is refused from now on

Options
${TARGET_HELP}
  --dry-run      of apply: say what would change, and change nothing
  --name TEXT    of add: what people call it (default: its id)
  --kind KIND    of add: browser, server (default) or partner
  --origin O     of add: a site whose pages may send, such as https://shop.example; may be repeated
  --json         one line of JSON on stdout instead of words
  --help, -h     this

A file is YAML or JSON, and belongs in your own repository: it holds no keys. One source, or a list of them:

  id: site                                  # left out: the file's name
  name: Web site
  kind: browser                             # a browser's key is public: what it sends is trusted less
  enabled: true                             # false: its senders are answered 403
  allowedOrigins: [https://shop.example, "https://*.shop.example"]
  allowedTypes: [track, page, identify]     # left out: all
  rateLimit: { eventsPerSecond: 200, burst: 2000 }
  ipPolicy: none                            # full, truncated or none
  plan: { id: shop, mode: report }          # report, omit or refuse

What is left out is as it is by default; sources that no file names are left alone. Applied again, nothing changes.

A write key is shown once, when it is made: only its digest is kept. To rotate: rotate, give your senders the new key,
revoke the old one. In the cloud everybody knows of a change within a minute, on one machine within five seconds.
credentials.json in the data folder holds the keys that were made when it was; it learns of no later ones.

Examples
  npm run local -- sources apply sources/*.yaml --dry-run
  TRIBUTARY_TOKEN=… npm run local -- sources add site --name "Web site" --kind browser --url https://api.example
  npm run local -- sources rotate till --data ./shop --json
`;
