import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { type Given, readManagementOptions } from "#local/management-options.ts";
import { TARGET_HELP, type TargetAsked } from "#local/management-target.ts";

const OF_ONE = ["show", "members", "history", "versions", "evaluate", "archive", "restore"] as const;

/** What is to be done. */
export type SegmentsAct =
  | { readonly kind: "list"; readonly archived: boolean }
  | { readonly kind: "preview"; readonly condition: string }
  | { readonly kind: (typeof OF_ONE)[number]; readonly id: string }
  | { readonly kind: "overlap"; readonly id: string; readonly other: string }
  | { readonly kind: "explain"; readonly id: string; readonly profile: string };

export interface SegmentsOptions {
  readonly act: SegmentsAct;
  readonly target: TargetAsked;
  readonly language: "en" | "fr";
}

const OPTIONS = {
  archived: { type: "boolean" },
  language: { type: "string", default: "en" },
} as const;

const GO_WITH: Readonly<Record<string, readonly SegmentsAct["kind"][]>> = { archived: ["list"] };

export function readSegmentsOptions(
  args: readonly string[],
): { readonly act: SegmentsOptions; readonly target: TargetAsked } | "help" | Rejection {
  const read = readManagementOptions(args, { command: "segments", options: OPTIONS, goWith: GO_WITH, actIn });
  if (read === "help" || isRejection(read)) return read;
  const { act, target, given } = read;
  return { act: { act, target, language: given.language === "fr" ? "fr" : "en" }, target };
}

/** What is asked for, or what is wrong with it. */
function actIn(
  asked: string,
  rest: readonly string[],
  { language, archived = false }: Given<typeof OPTIONS>,
): SegmentsAct | string {
  if (language !== "en" && language !== "fr") return `--language expects en or fr; got "${language}".`;
  const [first, second] = rest;
  const needed = asked === "list" ? 0 : asked === "overlap" || asked === "explain" ? 2 : 1;
  if (rest.length > needed) return `${asked} does not understand "${rest[needed]}".`;
  if (asked === "list") return { kind: "list", archived };
  if (asked === "preview") {
    return first === undefined
      ? "Preview what? Give a condition as JSON, in quotes."
      : { kind: asked, condition: first };
  }
  const ofOne = OF_ONE.find((kind) => kind === asked);
  if (ofOne !== undefined) return first === undefined ? `${asked} of which segment?` : { kind: ofOne, id: first };
  if (asked === "overlap") {
    return first === undefined || second === undefined
      ? "Overlap of which two segments?"
      : { kind: "overlap", id: first, other: second };
  }
  if (asked === "explain") {
    return first === undefined || second === undefined
      ? "Explain which segment, and for whom? Give its id, and a person as type:value."
      : { kind: "explain", id: first, profile: second };
  }
  return asked === "" ? "What is to be done with segments?" : `segments does not understand "${asked}".`;
}

export const SEGMENTS_HELP = `Segments: who is meant, who is in, and why.

  npm run local -- segments list [--archived]
  npm run local -- segments preview '{"trait":"city","eq":"Lyon"}'
  npm run local -- segments show|members|history|versions ID
  npm run local -- segments overlap ID OTHER
  npm run local -- segments explain ID email:ana@example.org
  npm run local -- segments evaluate|archive|restore ID

  --language L   en or fr: the language of sentences (default: en)
${TARGET_HELP}
  --json         answers JSON
`;
