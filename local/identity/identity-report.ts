import type { Untold } from "#core/identity/untold-by-rehearsal.ts";
import {
  type BigProfile,
  CHANGE_KINDS,
  type ChangeKind,
  type Example,
  type Rehearsal,
  type ShownProfile,
} from "#core/profiles/rehearsal.ts";

const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  mergesGained: "merges gained (two profiles become one)",
  mergesLost: "merges lost (one profile becomes two)",
  idsGone: "profile ids that become aliases",
  idsNew: "profile ids that are new",
  shared: "identifiers newly shared, which then identify nobody",
  noLongerShared: "identifiers no longer shared",
  blocked: "identifiers newly blocked",
  noLongerBlocked: "identifiers no longer blocked",
  quarantined: "components newly too large to grow",
  noLongerQuarantined: "components no longer too large to grow",
};

/** How many examples of a kind are printed; `--json` has all that were kept. */
const PRINTED_EXAMPLES = 5;

/** A dry run in words. */
export function rehearsalText(rehearsal: Rehearsal, cannotTell: readonly Untold[]): string {
  const { profiles, components, identifiers, componentsChanged, changes, biggest } = rehearsal;
  const found = CHANGE_KINDS.filter((kind) => changes[kind].count > 0);
  const counts = found.map((kind) => `  ${String(changes[kind].count).padStart(8)}  ${KIND_WORDS[kind]}\n`);
  const examples = found.map((kind) => examplesText(kind, changes[kind].examples));
  const told = cannotTell.map(({ code, message }) => `  ${code}: ${message}\n`);
  return [
    `${profiles.before} profiles would be ${profiles.after}: ${componentsChanged} of ${components} components change, with ${identifiers} identifiers in all.\n`,
    ...(counts.length === 0 ? ["Nobody would change.\n"] : counts),
    ...examples,
    bigText("Biggest profiles now", biggest.profilesBefore),
    bigText("Biggest profiles then", biggest.profilesAfter),
    ...(told.length === 0 ? [] : ["What this cannot tell:\n", ...told]),
    "Nothing was touched.\n",
  ].join("");
}

const examplesText = (kind: ChangeKind, examples: readonly Example[]): string =>
  [`\n${KIND_WORDS[kind]}, for example:\n`, ...examples.slice(0, PRINTED_EXAMPLES).map(exampleText)].join("");

function exampleText({ about, before, after }: Example): string {
  const what = about === undefined ? "" : `${identifierText(about)}: `;
  return `  ${what}${before.map(profileText).join("  ")}  ->  ${after.map(profileText).join("  ")}\n`;
}

const profileText = ({ identifiers, more }: ShownProfile): string =>
  `{${[...identifiers.map(identifierText), ...(more > 0 ? [`${more} more`] : [])].join(", ")}}`;

const identifierText = ({ type, value }: { readonly type: string; readonly value?: string | undefined }): string =>
  value === undefined ? type : `${type}:${value}`;

function bigText(heading: string, all: readonly BigProfile[]): string {
  const lines = all.slice(0, PRINTED_EXAMPLES).map(({ profileId, identifiers, types }) => {
    const parts = Object.entries(types).map(([type, count]) => `${count} ${type}`);
    return `  ${profileId}  ${identifiers} (${parts.join(", ")})\n`;
  });
  return lines.length === 0 ? "" : `\n${heading}, by identifiers:\n${lines.join("")}`;
}
