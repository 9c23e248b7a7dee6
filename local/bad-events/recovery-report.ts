import type * as z from "zod";
import type { Recoveries } from "#contracts/http/bad-events.ts";

type Page = z.output<typeof Recoveries>;
type Outcome = Page["outcomes"][number];

/** What became of many bad events, page by page. */
export interface RecoveryReport {
  readonly dryRun: boolean;
  readonly tried: number;
  readonly counts: Page["counts"];
  readonly unknownIds: readonly string[];
  /** A few of each outcome and reason. */
  readonly samples: readonly { readonly what: string; readonly count: number; readonly first: readonly Outcome[] }[];
}

const FEW = 3;

export function reportOf(pages: readonly Page[]): RecoveryReport {
  const counts = { recovered: 0, unpacked: 0, already_recovered: 0, still_bad: 0, not_recoverable: 0, events: 0 };
  for (const page of pages) {
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += page.counts[name];
  }
  const outcomes = pages.flatMap((page) => page.outcomes);
  return {
    dryRun: pages[0]?.dryRun ?? true,
    tried: outcomes.length,
    counts,
    unknownIds: pages.flatMap(({ unknownIds }) => unknownIds),
    samples: [...Map.groupBy(outcomes, whatOf)].map(([what, all]) => ({
      what,
      count: all.length,
      first: all.slice(0, FEW),
    })),
  };
}

/** Outcomes that read alike are told together. */
function whatOf({ outcome }: Outcome): string {
  switch (outcome.kind) {
    case "recovered":
    case "already_recovered":
    case "unpacked":
      return outcome.kind;
    case "still_bad":
      return `still_bad, ${outcome.code}: ${outcome.problems.map(({ path, message }) => `${path} ${message}`.trim()).join("; ")}`;
    case "not_recoverable":
      return `not_recoverable: ${outcome.why}`;
  }
}

const count = (value: number): string => value.toLocaleString("en-US");

/** The report in plain words, a line each. */
export function reportLines({ dryRun, tried, counts, samples, unknownIds }: RecoveryReport): readonly string[] {
  const [bad, events] = [`${count(tried)} bad event${tried === 1 ? "" : "s"}`, count(counts.events)];
  return [
    dryRun
      ? `A rehearsal: of ${bad}, ${events} events would come in. Nothing was changed; --apply does it.`
      : `Of ${bad}, ${events} events came in.`,
    ...samples.flatMap(({ what, count: of, first }) => [`  ${count(of)} ${what}`, ...first.map(sampleLine)]),
    ...(unknownIds.length === 0 ? [] : [`  no bad event has the id ${unknownIds.join(", ")}`]),
  ];
}

function sampleLine({ id, source, event, receivedAt, outcome }: Outcome): string {
  const line = `      ${id}  ${receivedAt}  ${source}  ${event ?? "(no name)"}`;
  if (outcome.kind === "unpacked") {
    const { recovered, alreadyRecovered, stillBad } = outcome.parts;
    return `${line} → ${recovered} events, ${alreadyRecovered} in already, ${stillBad} bad events by themselves`;
  }
  return outcome.kind === "recovered" ? `${line} → ${outcome.messageId}` : line;
}
