import type { Rejection } from "#core/kernel/rejection.ts";
import { type Given, readManagementOptions } from "#local/management-options.ts";
import { TARGET_HELP, type TargetAsked } from "#local/management-target.ts";

/** What is to be done. */
export type ListsAct =
  | { readonly kind: "list" }
  | { readonly kind: "show"; readonly id: string }
  | { readonly kind: "delete"; readonly id: string }
  | {
      readonly kind: "import";
      readonly file: string;
      readonly id: string;
      readonly name: string | undefined;
      readonly append: boolean;
      readonly types: Readonly<Record<string, string>>;
    };

export interface ListsOptions {
  readonly act: ListsAct;
  readonly target: TargetAsked;
}

const OPTIONS = {
  id: { type: "string" },
  name: { type: "string" },
  append: { type: "boolean" },
  type: { type: "string", multiple: true },
} as const;

type Values = Given<typeof OPTIONS>;

const GO_WITH: Readonly<Record<string, readonly ListsAct["kind"][]>> = {
  id: ["import"],
  name: ["import"],
  append: ["import"],
  type: ["import"],
};

export const readListsOptions = (args: readonly string[]): ListsOptions | "help" | Rejection =>
  readManagementOptions(args, { command: "lists", options: OPTIONS, goWith: GO_WITH, actIn });

/** What is asked for, or what is wrong with it. */
function actIn(asked: string, rest: readonly string[], values: Values): ListsAct | string {
  const [first, more] = rest;
  if (more !== undefined) return `${asked} does not understand "${more}".`;
  switch (asked) {
    case "list":
      return first === undefined ? { kind: "list" } : `list does not understand "${first}".`;
    case "show":
    case "delete":
      return first === undefined ? `${asked} which list? Give its id; see list.` : { kind: asked, id: first };
    case "import": {
      if (first === undefined) return "Import which file?";
      if (values.id === undefined) return "Into which list? Give --id; a list that is not there yet is made.";
      const types = typesIn(values.type ?? []);
      if (typeof types === "string") return types;
      return { kind: "import", file: first, id: values.id, name: values.name, append: values.append ?? false, types };
    }
    default:
      return asked === "" ? "What is to be done with lists?" : `lists does not understand "${asked}".`;
  }
}

function typesIn(given: readonly string[]): Readonly<Record<string, string>> | string {
  const types: Record<string, string> = {};
  for (const each of given) {
    const equals = each.lastIndexOf("=");
    if (equals < 1) return `--type expects COLUMN=TYPE, such as --type Mobile=phone; got "${each}".`;
    types[each.slice(0, equals)] = each.slice(equals + 1);
  }
  return types;
}

export const LISTS_HELP = `Lists of people from elsewhere: a CSV file of addresses, numbers or ids, to be used in segments as {"list":"ID"}.

  npm run local -- lists import FILE --id ID [--name NAME] [--append] [--type COLUMN=TYPE]...
  npm run local -- lists list
  npm run local -- lists show ID
  npm run local -- lists delete ID

  FILE           CSV whose first line names its columns; those called email, phone, user_id… are read
  --id ID        the list; it is made if it is not there, and replaced if it is
  --append       adds to the list instead
  --type C=T     column C holds identifiers of type T
${TARGET_HELP}
  --json         answers JSON
`;
