import type { Entry } from "./profile-history.ts";

/** An entry of a profile's history as one reads it. */
export function historyWords(entry: Omit<Entry, "words">): string {
  return [whatHappened(entry), ...whoDecided(entry)].join(" ");
}

function whatHappened({ kind, joined, left, profileId, previousProfileId }: Omit<Entry, "words">): string {
  const came = joined.map(({ identifier }) => identifier).join(", ");
  const went = left.map(({ identifier }) => identifier).join(", ");
  const renamed =
    profileId === previousProfileId || previousProfileId === null ? "" : ` It is called ${profileId} since.`;
  switch (kind) {
    case "began":
      return `First known, by ${came}.`;
    case "grew":
      return `Joined by ${came}.${renamed}`;
    case "merged": {
      const others = [...new Set(joined.flatMap(({ from }) => (from === null ? [] : [from])))];
      return `Became one with ${others.join(", ")}, which brought ${came}.${renamed}`;
    }
    case "shrank":
      return `${came === "" ? "" : `Joined by ${came}. `}Parted from ${went}, which ${left.length === 1 ? "belongs" : "belong"} to ${[...new Set(left.map(({ to }) => to))].join(", ")} since.${renamed}`;
    case "renamed":
      return `Called ${profileId} since, after an identifier that turned out to be older.`;
    case "said":
      return "Nobody moved.";
  }
}

/** Each decision once: an act speaks of several links. */
function whoDecided({ acts }: Omit<Entry, "words">): readonly string[] {
  const decisions = acts.map(({ act, change, verdict, who, reason, a, b }) => {
    const by = who ?? "Somebody";
    const because = reason === null ? "" : ` (${reason})`;
    if (act !== "link") return `${by} ${act === "merge" ? "merged" : "split"} them${because}.`;
    const claim = `${a} and ${b} are ${verdict === "same" ? "one person" : "two people"}`;
    return change === "asserted" ? `${by} said that ${claim}${because}.` : `${by} took back that ${claim}${because}.`;
  });
  return [...new Set(decisions)];
}
