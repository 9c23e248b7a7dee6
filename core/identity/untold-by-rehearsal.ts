import type { IdentityRules } from "./identity-rules.ts";

/** What a comparison of two sets of rules over stored identifiers cannot know, or knows only in part. */
export interface Untold {
  /** Stable for machines. */
  readonly code:
    | "blocked_links"
    | "unblocked"
    | "phone_region"
    | "shared_above_raised"
    | "quarantine_raised"
    | "quarantine_lowered";
  readonly message: string;
}

const REBUILD = "only reading all events of the lake anew would tell.";

/**
 * Most rules decide over links that are all kept, so that a comparison over what is stored tells exactly what a build
 * from all events would. Some rules were applied while events came in, and what they turned away is not stored: this
 * says for which of two rules' differences that is so, and what it means.
 */
export function untoldByRehearsal(before: IdentityRules, after: IdentityRules): readonly Untold[] {
  const told = (isSo: boolean, code: Untold["code"], message: string): readonly Untold[] =>
    isSo ? [{ code, message: `${message} ${REBUILD}` }] : [];
  const blocks = isAnyNew(blocksOf(before), blocksOf(after));
  const unblocks = isAnyNew(blocksOf(after), blocksOf(before));
  return [
    ...told(
      blocks,
      "blocked_links",
      "Newly blocked identifiers stand by themselves, and keep what their own events said; a device that they showed to be shared stays shared. Whether the other identifiers of those events would be linked without them is not stored:",
    ),
    ...told(
      unblocks,
      "unblocked",
      "Values that are no longer blocked never became identifiers; from now on they do. Whom they would have joined in the past is not stored:",
    ),
    ...told(
      before.phoneRegion !== after.phoneRegion,
      "phone_region",
      `Stored phone numbers were read as numbers of ${before.phoneRegion} where they had no country code, and stay as they are; those that come from now on are read as ${after.phoneRegion}. Which of the stored ones had no code is not stored:`,
    ),
    ...told(
      after.sharedAbove > before.sharedAbove,
      "shared_above_raised",
      `Links of identifiers that proved to be shared by more than ${before.sharedAbove} people were no longer gathered. Whom they would join now is not stored:`,
    ),
    ...told(
      after.quarantineAbove > before.quarantineAbove,
      "quarantine_raised",
      `Links that would have made a component larger than ${before.quarantineAbove} identifiers were left out. Whom they would join now is not stored:`,
    ),
    ...told(
      after.quarantineAbove < before.quarantineAbove,
      "quarantine_lowered",
      `Components that are already larger than ${after.quarantineAbove} identifiers keep their links and grow no further. Which of the links would have been left out depends on the order of events:`,
    ),
  ];
}

/** All that the rules turn away at the door, as texts that can be compared. */
const blocksOf = ({ limits, blocked, blockedPatterns }: IdentityRules): ReadonlySet<string> =>
  new Set([
    ...Object.entries(limits).flatMap(([type, most]) => (most === 0 ? [`type ${type}`] : [])),
    ...Object.entries(blocked).flatMap(([type, values]) => values.map((value) => `value ${type}:${value}`)),
    ...Object.entries(blockedPatterns).flatMap(([type, all]) => all.map((pattern) => `pattern ${type}:${pattern}`)),
  ]);

const isAnyNew = (before: ReadonlySet<string>, after: ReadonlySet<string>): boolean =>
  [...after].some((one) => !before.has(one));
