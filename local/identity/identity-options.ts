import type { Rejection } from "#core/kernel/rejection.ts";
import { type Given, readManagementOptions } from "#local/management-options.ts";
import { TARGET_HELP, type TargetAsked } from "#local/management-target.ts";

/** What is to be done with the rules of identity. */
export type IdentityAct =
  | { readonly kind: "show" }
  | { readonly kind: "check"; readonly file: string }
  | { readonly kind: "apply"; readonly file: string }
  | { readonly kind: "dry-run"; readonly file: string; readonly page: number; readonly values: boolean }
  | { readonly kind: "retell"; readonly page: number; readonly after: string | undefined };

export interface IdentityOptions {
  readonly act: IdentityAct;
  readonly target: TargetAsked;
}

const OPTIONS = {
  page: { type: "string" },
  after: { type: "string" },
  values: { type: "boolean" },
} as const;

type Values = Given<typeof OPTIONS>;

const USUAL_PAGE = 1_000;
const MOST_PAGE = 5_000;
/** Options that go with some acts only. */
const GO_WITH: Readonly<Record<string, readonly IdentityAct["kind"][]>> = {
  page: ["dry-run", "retell"],
  values: ["dry-run"],
  after: ["retell"],
};

export const readIdentityOptions = (args: readonly string[]): IdentityOptions | "help" | Rejection =>
  readManagementOptions(args, { command: "identity", options: OPTIONS, goWith: GO_WITH, actIn });

/** What is asked for, or what is wrong with it. */
function actIn(what: string, [asked = "", file, ...more]: readonly string[], values: Values): IdentityAct | string {
  if (what !== "rules") return "Of identity there are rules alone: identity rules show.";
  const page = Number(values.page ?? USUAL_PAGE);
  if (!Number.isInteger(page) || page < 1 || page > MOST_PAGE) return `--page takes 1 to ${MOST_PAGE}.`;
  if (more.length > 0) return `${asked} does not understand "${more[0]}".`;
  switch (asked) {
    case "show":
      return file === undefined ? { kind: "show" } : `show does not understand "${file}".`;
    case "retell":
      return file === undefined ? { kind: "retell", page, after: values.after } : `retell takes no file.`;
    case "check":
      return file === undefined ? "check which file?" : { kind: asked, file };
    case "apply":
      return file === undefined ? "apply which file?" : { kind: asked, file };
    case "dry-run":
      return file === undefined ? "dry-run which file?" : { kind: asked, file, page, values: values.values ?? false };
    default:
      return asked === "" ? "Show, check, dry-run, apply or retell?" : `There is no "identity rules ${asked}".`;
  }
}

export const IDENTITY_HELP = `The rules by which identifiers become people.

  npm run local -- identity rules show            those that hold, and whether all is told of them
  npm run local -- identity rules check FILE      look a file through; needs no server
  npm run local -- identity rules dry-run FILE    what would these rules do to the people there are? Touches nothing
  npm run local -- identity rules apply FILE      go by these rules, and tell the lake whom they change
  npm run local -- identity rules retell          in the cloud, after rules were deployed: tell the lake

Options
${TARGET_HELP}
  --page N       of dry-run and retell: identifiers looked at in one request (default ${USUAL_PAGE}, at most ${MOST_PAGE})
  --values       of dry-run: show values of identifiers in examples, not only their types
  --after TEXT   of retell: go on from where an earlier one said it was
  --json         one line of JSON on stdout instead of words
  --help, -h     this

A file is YAML or JSON; what it leaves out is as usual:

  limits: { user_id: 1, email: 5 }      # at most so many of a type in one profile; 0: never identify by it
  maxIdentifiers: 100                   # at most so many in one profile
  quarantineAbove: 500                  # a group of linked identifiers larger than this grows no further
  sharedAbove: 10                       # used by more people than this: a kiosk, which identifies nobody
  priority: [user_id, external_id, email, phone, device_id, anonymous_id]   # which link wins
  phoneRegion: FR                       # where numbers without a country code are from
  blocked: { email: [info@shop.example], "*": [kiosk] }       # values that identify nobody, of a type or of every type
  blockedPatterns: { email: [".+@internal\\\\.example"] }       # the same as regular expressions, for the whole value

apply may be interrupted: it goes on by itself wherever the folder is next served. Events keep coming in meanwhile.
`;
