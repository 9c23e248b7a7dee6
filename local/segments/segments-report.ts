import type * as z from "zod";
import type { Explained, SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import type { Members, Preview, Segment } from "#contracts/http/segments.ts";
import { tableText } from "#local/table-text.ts";

type Language = "en" | "fr";
type Insight<Name extends keyof typeof SEGMENT_INSIGHT_ROUTES> = z.output<
  (typeof SEGMENT_INSIGHT_ROUTES)[Name]["answer"]
>;
type OneSegment = z.output<typeof Segment>;

export const segmentText = (
  { id, name, version, archived, sentence, freshness }: OneSegment,
  language: Language,
): string => {
  const { kind, computedTraits = [], evaluatedAt, members } = freshness;
  const last = evaluatedAt === null ? "not evaluated yet" : `${members} members at ${evaluatedAt}`;
  const by = computedTraits.length === 0 ? "" : `, by ${computedTraits.join(" and ")} as last refreshed`;
  const kept = kind === "real_time" ? `kept as people change${by}` : "kept by schedule";
  return `${id}  ${name} (version ${version}${archived ? ", archived" : ""}; ${kept}; ${last})\n  ${sentence[language]}\n`;
};

export const segmentsText = (segments: readonly OneSegment[], language: Language): string =>
  segments.length === 0
    ? "There is no segment yet.\n"
    : segments.map((segment) => segmentText(segment, language)).join("");

export const previewText = ({ count, sample, sentence, cost, tookMs }: z.output<typeof Preview>, language: Language) =>
  [
    sentence[language],
    `${count} people${sample.length > 0 ? `, such as ${sample.slice(0, 3).join(", ")}` : ""}; found in ${tookMs} ms.`,
    ...(cost === null ? [] : [`One evaluation reads ${cost.bytes} bytes; in Athena it costs $${cost.usd.toFixed(6)}.`]),
    "",
  ].join("\n");

export const membersText = ({ count, members, next }: z.output<typeof Members>): string =>
  `${members.join("\n")}${members.length > 0 ? "\n" : ""}(${count} people${next === null ? "" : `, the first ${members.length} shown`})\n`;

export const historyText = ({ days }: Insight<"segmentHistory">): string =>
  tableText({
    columns: ["day", "entered", "left", "members"].map((name) => ({ name, type: "text" })),
    rows: days.map(({ day, entered, left, members }) => [day, entered, left, members]),
  });

export const versionsText = ({ versions }: Insight<"segmentVersions">, language: Language): string =>
  versions
    .map(
      ({ version, updatedAt, name, current, sentence }) =>
        `${version}${current ? " (current)" : ""}  ${updatedAt}  ${name}\n  ${sentence[language]}\n`,
    )
    .join("");

export const overlapText = ({ a, b, both, onlyA, onlyB, jaccard }: Insight<"segmentOverlap">): string => {
  const share = jaccard === null ? "nobody is in either" : `${(100 * jaccard).toFixed(1)} % of those in either`;
  return `${a.id} has ${a.members}, ${b.id} ${b.members}; both ${both} (${share}), only ${a.id} ${onlyA}, only ${b.id} ${onlyB}.\n`;
};

export function explainedText(told: Insight<"explainMember">, language: Language): string {
  const { profileId, segmentId, member, inLake } = told;
  const head = `${profileId} is ${member ? "" : "not "}in ${segmentId}${inLake ? "" : ": the lake does not know them yet"}.`;
  return `${[head, ...nodeLines(told.condition, language, 0)].join("\n")}\n`;
}

function nodeLines(node: Explained, language: Language, depth: number): readonly string[] {
  const mark = node.verdict ? "yes" : "no ";
  const found = node.found === undefined ? "" : ` (${node.found[language]})`;
  const line = `${"  ".repeat(depth)}${mark}  ${node.sentence[language]}${found}`;
  return [line, ...(node.parts ?? []).flatMap((part) => nodeLines(part, language, depth + 1))];
}
