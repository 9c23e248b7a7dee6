import type { Benchmark, Figure } from "#bench/benchmark.ts";
import { type CallOperations, countCall } from "#bench/call-operations.ts";
import { CALLS, LARGEST_CALL, SEVERAL } from "#bench/call-workload.ts";
import { measureOf } from "#bench/measure.ts";

const RECORD_BYTES = 1_000 * 1024;

/** How many requests and records one call comes to, counted on recording clients behind the real adapters. */
export const collectAws: Benchmark = async ({ progress }) => {
  const counted: (readonly [kind: string, found: CallOperations])[] = [];
  for (const [kind, bodyOf] of Object.entries(CALLS)) {
    progress(kind);
    counted.push([kind, await countCall(bodyOf(LARGEST_CALL))]);
  }
  const several = [
    ["identify calls of three identifiers and nothing else", await countCall(SEVERAL.onlyIdentifiers(LARGEST_CALL))],
    [
      "a browser's track calls that say nothing of it",
      await countCall(SEVERAL.withoutContext(LARGEST_CALL), "browser"),
    ],
    ["the smallest, with 4 kB of context said once for all", await countCall(SEVERAL.saidOnce(LARGEST_CALL))],
  ] as const;
  return {
    figures: counted.flatMap(([kind, found]) => figuresOf(kind, found)),
    notes: [
      "Counted, not timed: the same on every machine. Each is the largest call that the collector takes, 500 KiB or 2,500 events, its source held to the e-commerce plan. A record holds 1,000 KiB of rows, so a call is one record where a row is at most twice as large as what was sent of it.",
      "Without a target: identifiers, what a browser that says nothing of itself is completed with, and a context said once for a whole batch, stand in every row.",
    ],
    table: {
      columns: ["call", "events", "bytes sent", "bytes of rows", "records", "the fullest record", "messages to SQS"],
      rows: [...counted, ...several].map(([kind, found]) => rowOf(kind, found)),
    },
  };
};

const figuresOf = (kind: string, { puts, messages }: CallOperations): readonly Figure[] => [
  {
    what: `${kind}: Firehose records for a call`,
    unit: "records",
    measured: measureOf([puts.flat().length]),
    target: { atMost: 1 },
  },
  {
    what: `${kind}: SQS requests for a call`,
    unit: "requests",
    measured: measureOf([messages.length]),
    target: { atMost: 1 },
  },
];

function rowOf(kind: string, { bytes, puts, messages, stored }: CallOperations): readonly string[] {
  const records = puts.flat();
  const share = Math.max(...records) / RECORD_BYTES;
  return [
    kind,
    stored.inLake.length.toLocaleString("en-US"),
    bytes.toLocaleString("en-US"),
    records.reduce((sum, size) => sum + size, 0).toLocaleString("en-US"),
    String(records.length),
    `${(100 * share).toFixed(1)} %`,
    String(messages.length),
  ];
}
